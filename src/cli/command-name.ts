import { basename } from 'node:path'

/** Programs that start other programs: what they start is who the server is. */
const LAUNCHERS =
  /^(node|nodejs|bun|deno|npx|bunx|pnpx|pnpm|yarn|npm|tsx|python[\d.]*|uv|uvx|pipx|docker|podman|env|sh|bash|java|dotnet|go|ruby|php)(\.exe|\.cmd)?$/
/** Words by which a launcher is told to run something. */
const VERBS = /^(run|exec|x|dlx|tool|start|-m|-jar)$/

/** A name for the server behind a command line: `npx -y @acme/files --root .` is `@acme/files`, `node build/server.js` is `server.js`. */
export const commandName = (command: string, args: readonly string[]): string => {
  const program = basename(command)
  if (!LAUNCHERS.test(program)) return program
  for (const word of args) {
    if (VERBS.test(word) || word.startsWith('-') || /^\w+=/.test(word)) continue
    if (LAUNCHERS.test(word)) continue
    return word.startsWith('@') ? word : basename(word)
  }
  return program
}
