import { useState } from 'preact/hooks'
import type { Status } from '../../../src/api/contract.ts'
import { snippetsFor } from '../state/snippets.ts'
import { CopyButton } from './copy-button.tsx'

/** A server this process stands in front of. */
type Served = Status['servers'][number]

/** Exact lines for the usual clients, of each server where there are several. `waiting` adds that nothing has come yet. */
export function Snippets({ servers, waiting }: { servers: readonly Served[]; waiting?: boolean }) {
  const [picked, setPicked] = useState('')
  const server = servers.find(({ name }) => name === picked) ?? servers[0]
  const several = servers.length > 1
  const snippets = snippetsFor(server?.url ?? 'http://127.0.0.1:6278/mcp', several ? server?.name : undefined)
  const [chosen, setChosen] = useState('claude')
  const snippet = snippets.find(({ id }) => id === chosen) ?? snippets[0]!
  return (
    <section class="snippets">
      {waiting && (
        <p class="waiting">
          <span class="dot is-live" /> Waiting for the first frame
        </p>
      )}
      <h2>Point a client at the proxy</h2>
      {server === undefined ? (
        <p>
          No proxy runs in this process. Start one with <code>mitmcp http://localhost:3000/mcp</code>; it prints the URL
          to use here.
        </p>
      ) : (
        <p>
          Give your client this URL instead of the server's own. Everything works as before, passed on to{' '}
          <code>{server.target}</code>, and every frame shows up here.
        </p>
      )}
      {several && (
        <div class="segments" role="group" aria-label="Server">
          {servers.map(({ name }) => (
            <button key={name} class="segment" aria-pressed={name === server?.name} onClick={() => setPicked(name)}>
              {name}
            </button>
          ))}
        </div>
      )}
      {server !== undefined && <CodeBlock code={server.url} label="Copy the URL" />}
      <div class="segments" role="group" aria-label="Client">
        {snippets.map(({ id, title }) => (
          <button key={id} class="segment" aria-pressed={id === snippet.id} onClick={() => setChosen(id)}>
            {title}
          </button>
        ))}
      </div>
      <p class="faint">{snippet.place}</p>
      <CodeBlock code={snippet.code} label={`Copy the lines for ${snippet.title}`} />
    </section>
  )
}

function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div class="code-block">
      <pre class="mono" tabindex={0} aria-label={label.replace('Copy the', 'The')}>
        {code}
      </pre>
      <CopyButton text={code} label={label} />
    </div>
  )
}
