import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Import, type Source, importsOf, projectRoot, sourcesUnder, withoutComments } from './support/sources.ts'

/** Which rooms a room may import; itself always, `errors` always. Rooms of one cell never import each other. */
const low = ['wire', 'pipe', 'filter', 'faults', 'transports', 'store', 'recorder', 'trace'] as const
const readers = ['diagnose', 'replay', 'chaos', 'doctor', 'logs', 'export'] as const
const rooms: Record<string, readonly string[]> = {
  errors: [],
  version: [],
  wire: [],
  pipe: ['wire'],
  filter: ['wire'],
  faults: ['pipe', 'filter', 'wire'],
  transports: ['pipe', 'filter', 'wire'],
  store: ['pipe', 'filter', 'wire'],
  recorder: ['store', 'pipe', 'wire'],
  trace: ['wire', 'store'],
  diagnose: ['trace', 'wire'],
  replay: ['trace', 'wire', 'transports', 'pipe', 'faults'],
  chaos: ['trace', 'wire', 'transports', 'pipe', 'faults'],
  doctor: ['trace', 'wire'],
  logs: ['trace', 'wire'],
  export: ['trace', 'wire'],
  config: ['faults', 'transports'],
  demo: [],
  proxy: [...low, ...readers, 'config', 'version'],
  wrapper: [...low, ...readers, 'config', 'proxy', 'version'],
  api: [...low, ...readers, 'config', 'proxy', 'version'],
  cli: [...low, ...readers, 'config', 'proxy', 'wrapper', 'api', 'demo', 'version'],
  index: [...low, ...readers, 'config', 'proxy', 'api', 'version'],
}

/** Packages with one role have one room. */
const packages: Record<string, readonly string[]> = {
  'better-sqlite3': ['store'],
  hono: ['api', 'replay'],
  '@hono/node-server': ['api', 'replay'],
  commander: ['cli'],
  zod: ['config', 'api', 'cli', 'faults'],
  undici: ['replay', 'doctor', 'chaos', 'cli'],
  '@peculiar/x509': ['transports'],
  'http-proxy': ['replay'],
}

/** Rooms without input, output, clock or chance of their own; the one file of `pipe` that is the clock apart. */
const pureRooms = ['wire', 'filter', 'pipe', 'faults', 'trace', 'diagnose']
const impureModules =
  /^node:(net|tls|http|https|http2|dns|dgram|fs|fs\/promises|child_process|worker_threads|timers|timers\/promises|os|process)$/
const impureWords =
  /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|process\.hrtime|setTimeout|setInterval|setImmediate|fetch)\b/
const clockFile = 'src/pipe/clock.ts'

/** Parts whose test has another name, and why; each reason ends with that test. */
const testedElsewhere: Record<string, string> = {
  'src/store/filter-values.ts': 'conditions on columns: test/store/filter-sql.test.ts',
  'src/pipe/policy.ts': 'lets everything be: test/transports/standing.test.ts',
  'src/transports/outgoing.ts': 'half of the head editor: test/transports/head-editor.test.ts',
  'src/filter/keys.ts': 'a table: test/filter/complete.test.ts',
  'src/filter/print.ts': 'one half of the round trip: test/filter/parse.test.ts',
  'src/filter/problem.ts': 'what the parser refuses: test/filter/parse.test.ts',
  'src/filter/tree.ts': 'types, and one walk: test/filter/analyse.test.ts',
  'src/filter/values.ts': 'a part of the parser: test/filter/parse.test.ts',
  'src/pipe/action.ts': 'two one-line readers of a union: test/pipe/pipe.test.ts',
  'src/pipe/step.ts': 'what waits in a pipe: test/pipe/pipe.test.ts',
  'src/pipe/null-tap.ts': 'does nothing, and everything stands on it: test/pipe/pipe.test.ts',
  'src/transports/connection.ts': 'sockets on both sides: the laws of test/transports/reverse*.test.ts',
  'src/proxy/built.ts': 'one address: test/proxy.test.ts',
  'src/proxy/desk-thread.ts': 'a thread with a page: test/proxy.test.ts',
  'src/proxy/station.ts': 'recorder, page and listeners together: test/proxy.test.ts',
  'src/config/server-nodes.ts': 'finds what is wrapped: test/config/wrap-text.test.ts',
  'src/cli/stay.ts': 'the later half of serving: test/cli/serve.test.ts',
  'src/transports/client-share.ts': 'half of the router of requests: test/transports/forward.test.ts',
  'src/transports/request-router.ts': 'several servers on one connection: test/transports/forward.test.ts',
  'src/transports/client-tls.ts': 'TLS of a client: test/transports/forward.test.ts',
  'src/transports/connection-info.ts': 'addresses of a socket: test/transports/forward.test.ts',
  'src/transports/first-exchange.ts': 'what a client says first: test/transports/forward.test.ts',
  'src/transports/forward-client.ts': 'sockets on both sides: test/transports/forward.test.ts',
  'src/transports/tunnel-start.ts': 'the first bytes of a tunnel: test/transports/forward.test.ts',
  'src/proxy/forward.ts': 'listener, authority and station together: test/transports/forward.test.ts',
  'src/recorder/flow.ts': 'one exchange: test/recorder/flows.test.ts',
  'src/recorder/half.ts': 'one direction: test/recorder/flows.test.ts',
  'src/transports/server-process.ts': 'processes: test/transports/stdio-laws.test.ts',
  'src/transports/line-outlet.ts': 'lines of a process: test/transports/stdio.test.ts',
  'src/cli/wrap-process.ts': 'the process, its exit codes and what it says: test/transports/stdio-laws.test.ts',
  'src/wrapper.ts': 'a process of its own: test/transports/stdio-laws.test.ts',
  'src/cli/command-line.ts': 'the process: test/cli/main.test.ts',
  'src/store/default-path.ts': 'test/store/open.test.ts',
  'src/recorder/line-half.ts': 'one direction of a process: test/recorder/process-flows.test.ts',
  'src/recorder/process-phases.ts': 'the start of a process: test/recorder/process-flows.test.ts',
  'src/recorder/body-plan.ts': 'what bodies are wanted for: test/recorder/flows.test.ts',
  'src/recorder/exchanges.ts': 'open flows of a connection: test/recorder/flows.test.ts',
  'src/recorder/outgoing.ts': 'frames and their edits: test/recorder/flows.test.ts',
  'src/recorder/open-frame.ts': 'one frame of a direction: test/recorder/framing.test.ts',
  'src/recorder/packer.ts': 'one half of the packing: test/recorder/packing.test.ts',
  'src/recorder/unpack.ts': 'the other half of it: test/recorder/packing.test.ts',
  'src/recorder/kinds.ts': 'a table: test/recorder/recording.test.ts',
  'src/recorder/recorder-loop.ts': 'what the thread does: test/recorder/index.test.ts',
  'src/recorder/sessions.ts': 'rows of the conversation: test/recorder/flows.test.ts',
  'src/wire/conversation-calls.ts': 'half of the conversation: test/wire/conversation.test.ts',
  'src/wire/conversation-facts.ts': 'a part of the conversation: test/wire/conversation-alone.test.ts',
  'src/cli/fault/dry-run.ts': 'one command: test/cli/commands/fault.test.ts',
  'src/cli/fault/explain-fault.ts': 'one command: test/cli/commands/fault.test.ts',
  'src/cli/commands/explain.ts': 'one command: test/cli/explain-word.test.ts',
  'src/errors/meanings.ts': 'a table: test/cli/explain-word.test.ts',
  'src/cli/fault/add-help.ts': 'help of a command: test/cli/commands/fault.test.ts',
  'src/cli/fault/change-rules.ts': 'what commands do to rules: test/cli/commands/fault.test.ts',
  'src/cli/fault/fault-capture.ts': 'which capture is meant: test/cli/commands/fault.test.ts',
  'src/cli/fault/list-rules.ts': 'one command: test/cli/commands/fault.test.ts',
  'src/cli/fault/rule-lines.ts': 'its lines: test/cli/commands/fault.test.ts',
  'src/cli/fault/types.ts': 'a table: test/cli/commands/fault.test.ts',
  'src/store/rule-table.ts': 'the writing half of rules: test/store/control.test.ts',
  'src/store/rule-rows.ts': 'the reading half of rules: test/store/control.test.ts',
  'src/store/fault-lists.ts': 'decisions, rules, held messages: test/store/decisions.test.ts',
  'src/store/put.ts': 'rows of a batch: test/store/writer.test.ts',
  'src/store/statements.ts': 'the SQL of the writer: test/store/writer.test.ts',
  'src/faults/engine/after.ts': 'waits of rules: test/faults/engine/engine.test.ts',
  'src/faults/engine/attachment.ts': 'a connection and its rules: test/faults/engine/engine.test.ts',
  'src/faults/engine/brought.ts': 'rules that requests bring: test/faults/engine/engine.test.ts',
  'src/faults/engine/crew.ts': 'the rules of an engine: test/faults/engine/engine.test.ts',
  'src/faults/engine/place.ts': 'where bytes stand: test/faults/engine/engine.test.ts',
  'src/faults/engine/process.ts': 'what can be done to a process: test/faults/engine/engine.test.ts',
  'src/faults/engine/rule.ts': 'a rule that runs: test/faults/engine/engine.test.ts',
  'src/faults/engine/stage.ts': 'a rule within a pipe: test/faults/engine/engine.test.ts',
  'src/faults/engine/text.ts': 'what is said of decisions: test/faults/engine/engine.test.ts',
  'src/faults/rules/after.ts': 'two words of a rule: test/faults/rules/parse.test.ts',
  'src/faults/rules/envelope.ts': 'the shape of a rule: test/faults/rules/parse.test.ts',
  'src/faults/rules/mistakes.ts': 'what was meant by a rule: test/faults/rules/parse.test.ts',
  'src/faults/rules/wanted.ts': 'what values have to be: test/cli/fault/rule-words.test.ts',
  'src/faults/rules/problem.ts': 'what is said of a rule: test/faults/rules/parse.test.ts',
  'src/recorder/connection-row.ts': 'one object: test/recorder/flows.test.ts',
  'src/faults/units/whole-unit.ts': 'a part of units: test/faults/units/watch.test.ts',
  'src/faults/units/head-unit.ts':
    'the unit before a stream, or a body nobody sees into: test/faults/units/watch-codec.test.ts',
  'src/faults/units/chunks.ts': 'framing of bodies: test/faults/units/watch.test.ts',
  'src/faults/units/event-stream.ts': 'events of a connection: test/faults/units/watch.test.ts',
  'src/faults/units/event-text.ts': 'blocks of events: test/faults/units/watch.test.ts',
  'src/faults/units/event-unit.ts': 'one event: test/faults/units/watch.test.ts',
  'src/faults/units/head-changes.ts': 'heads of units: test/faults/units/watch.test.ts',
  'src/faults/units/head-facts.ts': 'what heads say: test/faults/units/watch.test.ts',
  'src/faults/units/http-side.ts': 'one direction of a connection: test/faults/units/watch.test.ts',
  'src/faults/units/http-unit.ts': 'one message of a connection: test/faults/units/watch.test.ts',
  'src/faults/units/line-side.ts': 'one direction of a process: test/faults/units/watch.test.ts',
  'src/faults/units/line-unit.ts': 'one line: test/faults/units/watch.test.ts',
  'src/faults/units/message-plan.ts': 'what heads say: test/faults/units/watch.test.ts',
  'src/faults/units/mirrored.ts': 'headers of units: test/faults/units/watch.test.ts',
  'src/faults/units/request-exit.ts': 'the last stage: test/faults/units/watch.test.ts',
  'src/faults/units/socket-side.ts': 'one direction of a socket: test/faults/units/watch.test.ts',
  'src/faults/units/socket-unit.ts': 'one message of a socket: test/faults/units/watch.test.ts',
  'src/faults/units/subject.ts': 'what units say: test/faults/units/watch.test.ts',
  'src/faults/units/talk.ts': 'what a connection says: test/faults/units/watch.test.ts',
  'src/faults/units/unit-events.ts': 'what leaves the first stage: test/faults/units/watch.test.ts',
  'src/recorder/frame-span.ts': 'types, and one empty object: test/recorder/framing.test.ts',
}

const sources = sourcesUnder('src')
const roomOf = (path: string): string => /^src\/([^/.]+)/.exec(path)?.[1] ?? path

/** What breaks the table, in words. */
function wrongImports(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to, typesOnly }) => {
    const room = roomOf(from)
    const allowed = rooms[room]
    if (allowed === undefined) return [`${from}: no such room in the table`]
    if (!to.includes('/') || !/^(src|ui|test|config|dist)\//.test(to)) {
      const owners = packages[to.startsWith('@') ? to.split('/', 2).join('/') : to.split('/', 1)[0]!]
      return owners === undefined || owners.includes(room) || typesOnly ? [] : [`${from} imports ${to}`]
    }
    const other = roomOf(to)
    if (room === 'trace' && other === 'store' && !(typesOnly && /store\/(rows|index)\.ts$/.test(to)))
      return [`${from} imports more than row types of ${to}`]
    return other === room || other === 'errors' || allowed.includes(other) ? [] : [`${from} imports ${to}`]
  })
}

const wrongUiImports = (imports: readonly Import[]): string[] =>
  imports
    .filter(({ to }) => to.startsWith('src/') || to.startsWith('node:'))
    .filter(({ to, typesOnly }) => to !== 'src/api/contract.ts' || !typesOnly)
    .map(({ from, to }) => `${from} imports ${to}`)

const impure = (source: Source): string[] => {
  if (!pureRooms.includes(roomOf(source.path)) || source.path === clockFile) return []
  const word = impureWords.exec(source.code)?.[0]
  return [
    ...importsOf(source)
      .filter(({ to, typesOnly }) => impureModules.test(to) && !typesOnly)
      .map(({ from, to }) => `${from} imports ${to}`),
    ...(word === undefined ? [] : [`${source.path} uses ${word}`]),
  ]
}

const printing = ({ path, code }: Source): string[] =>
  path !== 'src/cli/output.ts' && /\bconsole\.\w|\bprocess\.stdout\b/.test(code) ? [path] : []

const sql =
  /[`'"]\s*(SELECT\s[\s\S]{1,400}?\bFROM|INSERT\s+(OR \w+ )?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX|VIRTUAL)|PRAGMA\s)/
const withSql = ({ path, code }: Source): string[] => (roomOf(path) !== 'store' && sql.test(code) ? [path] : [])

/** Compiled, a file of types is empty; logic is a function or a class. */
const hasLogic = (compiled: string): boolean => /\bfunction\b|\bclass\b|=>/.test(withoutComments(compiled))

describe('rooms', () => {
  test('import only what their row of the table lists', () => {
    expect(sources.length).toBeGreaterThan(0)
    expect(wrongImports(sources.flatMap(importsOf))).toEqual([])
  })

  test.each([
    ['src/wire/sse.ts', `import { x } from '../pipe/tap.ts'`],
    ['src/store/writer.ts', `import { x } from '../recorder/queue.ts'`],
    ['src/faults/latency.ts', `import { x } from '../transports/sockets.ts'`],
    ['src/pipe/link.ts', `import type { X } from '../filter/grammar.ts'`],
    ['src/trace/calls.ts', `import { x } from '../store/rows.ts'`],
    ['src/trace/calls.ts', `import type { X } from '../store/writer.ts'`],
    ['src/proxy.ts', `export { x } from './api/app.ts'`],
    ['src/cli/main.ts', `import { x } from '../index.ts'`],
    ['src/api/app.ts', `const x = await import('../cli/output.ts')`],
    ['src/wire/sse.ts', `import '../store/schema.ts'`],
    ['src/cli/ls.ts', `import Database from 'better-sqlite3'`],
    ['src/cli/ls.ts', `import {\n  a,\n  type B,\n} from 'hono/streaming'`],
    ['src/odds/ends.ts', `import { x } from '../wire/sse.ts'`],
  ])('would be caught: %s with %s', (path, code) => {
    expect(wrongImports(importsOf({ path, code }))).toHaveLength(1)
  })

  test.each([
    ['src/store/writer.ts', `import type { Tap } from '../pipe/tap.ts'`],
    ['src/wire/sse.ts', `import { ProxyError } from '../errors.ts'`],
    ['src/trace/calls.ts', `import { type CallRow, type FlowRow } from '../store/index.ts'`],
    ['src/store/open.ts', `import Database from 'better-sqlite3'`],
  ])('may: %s with %s', (path, code) => {
    expect(wrongImports(importsOf({ path, code }))).toEqual([])
  })
})

describe('the page', () => {
  test('imports nothing of src but the types of the contract', () => {
    expect(wrongUiImports(sourcesUnder('ui/src').flatMap(importsOf))).toEqual([])
  })

  test.each([
    `import { x } from '../../src/api/contract.ts'`,
    `import type { X } from '../../src/store/rows.ts'`,
    `import { readFileSync } from 'node:fs'`,
  ])('would be caught: %s', (code) => {
    expect(wrongUiImports(importsOf({ path: 'ui/src/api.ts', code }))).toHaveLength(1)
  })
})

describe('pure rooms', () => {
  test('have no input, output, clock or chance of their own', () => {
    expect(sources.flatMap(impure)).toEqual([])
  })

  test.each([`import { connect } from 'node:net'`, `const at = Date.now()`, `setTimeout(() => {}, 5)`])(
    'would be caught: %s',
    (code) => {
      expect(impure({ path: 'src/pipe/link.ts', code })).toHaveLength(1)
    },
  )
})

describe('stdout', () => {
  test('belongs to the protocol: only src/cli/output.ts prints', () => {
    expect(sources.flatMap(printing)).toEqual([])
  })

  test.each([`console.error('x')`, `process.stdout.write('x')`])('would be caught: %s', (code) => {
    expect(printing({ path: 'src/cli/main.ts', code })).toEqual(['src/cli/main.ts'])
  })
})

describe('SQL', () => {
  test('is in the store alone', () => {
    expect(sources.flatMap(withSql)).toEqual([])
  })

  test.each(['db.prepare(`SELECT *\n FROM frame`)', `db.exec('PRAGMA user_version')`, `run("DELETE FROM call")`])(
    'would be caught: %s',
    (code) => {
      expect(withSql({ path: 'src/api/app.ts', code })).toEqual(['src/api/app.ts'])
    },
  )
})

describe('tests mirror the sources', () => {
  const tests = sourcesUnder('test').map(({ path }) => path)
  const subject = (path: string): string => path.replace(/\.[^/]*$/, '')
  /** `http1-head.ts` is a part of `http1.ts`: a test of either name will do. */
  const wholes = (name: string): string[] =>
    [...name.matchAll(/-(?=[^/]*$)/g)].map(({ index }) => name.slice(0, index)).concat(name)
  const tested = new Set(tests.filter((path) => /\.(test|slow)\.ts$/.test(path)).map(subject))

  test('each source with logic has a test of its name, or a reason', () => {
    const missing = sources
      .map(({ path }) => path)
      .filter((path) =>
        hasLogic(readFileSync(join(projectRoot, path.replace(/^src/, 'dist').replace(/\.ts$/, '.js')), 'utf8')),
      )
      .filter((path) => testedElsewhere[path] === undefined)
      .filter((path) => !wholes(subject(path).replace(/^src/, 'test')).some((name) => tested.has(name)))
    expect(missing).toEqual([])
  })

  test('each test has its source', () => {
    const free = /^test\/(laws|support|fixtures|end-to-end|bench)\/|^test\/[^/]+$/
    const orphans = [...tested]
      .filter((path) => !free.test(`${path}`))
      .map((path) => path.replace(/^test\/ui\//, 'ui/src/').replace(/^test\//, 'src/'))
      .filter(
        (path) =>
          !wholes(path).some((name) => ['.ts', '.tsx', ''].some((end) => existsSync(join(projectRoot, name + end)))),
      )
    expect(orphans).toEqual([])
  })

  test('no reason outlives its file or its test, or is needless', () => {
    const named = (reason: string): RegExp => {
      const path = /test\/\S+$/.exec(reason)?.[0] ?? 'no test named'
      return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`)
    }
    const wrong = Object.entries(testedElsewhere).filter(
      ([path, reason]) =>
        !existsSync(join(projectRoot, path)) ||
        !tests.some((test) => named(reason).test(test)) ||
        tested.has(subject(path).replace(/^src/, 'test')),
    )
    expect(wrong).toEqual([])
  })

  test('knows logic from types', () => {
    expect(hasLogic('export const kinds = [1, 2]\nexport {}')).toBe(false)
    expect(hasLogic('export const f = (x) => x')).toBe(true)
  })
})
