import {
  acceptedContent,
  fromJsonSchema,
  inputRequired,
  inputResponse,
  McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { setTimeout as delay } from 'node:timers/promises'

const BOOKS = [
  'The Left Hand of Darkness',
  'The Dispossessed',
  'Solaris',
  'Roadside Picnic',
  'The Invincible',
  'Invisible Cities',
  'The Master and Margarita',
  'The Glass Bead Game',
]

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })

/** The demo's server: a small bookshop with a tool for each thing MCP can do. One factory for both eras. */
export const createDemoTools = (): McpServer => {
  const server = new McpServer(
    { name: 'mitmcp-demo', version: '1.0.0' },
    { capabilities: { logging: {} }, instructions: 'A bookshop to try mitmcp with.' },
  )
  addPlainTools(server)
  addStreamingTools(server)
  addAskingTools(server)
  server.registerResource(
    'catalogue',
    'demo://catalogue',
    { title: 'Catalogue', description: 'All books', mimeType: 'application/json' },
    (uri) => ({ contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(BOOKS) }] }),
  )
  server.registerPrompt(
    'recommend',
    {
      description: 'Asks for a book like another',
      argsSchema: fromJsonSchema<{ title: string }>({
        type: 'object',
        properties: { title: { type: 'string' } },
        required: ['title'],
      }),
    },
    ({ title }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Recommend a book to somebody who liked ${title}.` } }],
    }),
  )
  return server
}

const addPlainTools = (server: McpServer): void => {
  server.registerTool(
    'echo',
    {
      description: 'Says the same again',
      inputSchema: fromJsonSchema<{ text: string }>({
        type: 'object',
        properties: { text: { type: 'string' } },
        required: ['text'],
      }),
      annotations: { readOnlyHint: true },
    },
    (args) => text(args.text),
  )
  server.registerTool(
    'add',
    {
      description: 'Adds two numbers',
      inputSchema: fromJsonSchema<{ a: number; b: number }>({
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
      }),
      outputSchema: fromJsonSchema<{ sum: number }>({
        type: 'object',
        properties: { sum: { type: 'number' } },
        required: ['sum'],
      }),
      annotations: { readOnlyHint: true },
    },
    ({ a, b }) => ({ ...text(String(a + b)), structuredContent: { sum: a + b } }),
  )
  server.registerTool(
    'fail',
    { description: 'Always fails, as tools do: with isError in its result', annotations: { readOnlyHint: true } },
    () => ({ ...text('The printer is out of ink.'), isError: true }),
  )
}

const addStreamingTools = (server: McpServer): void => {
  server.registerTool(
    'search',
    {
      description: 'Finds books by a word in their title',
      inputSchema: fromJsonSchema<{ query: string }>({
        type: 'object',
        properties: { query: { type: 'string' } },
        required: ['query'],
      }),
      annotations: { readOnlyHint: true },
    },
    async ({ query }) => {
      await delay(60 + query.length * 15)
      const found = BOOKS.filter((title) => title.toLowerCase().includes(query.toLowerCase()))
      return text(found.length === 0 ? `No title has "${query}" in it.` : found.join('\n'))
    },
  )
  server.registerTool(
    'slow',
    {
      description: 'Takes its time, and says how far it is',
      inputSchema: fromJsonSchema<{ steps: number }>({
        type: 'object',
        properties: { steps: { type: 'integer', minimum: 1, maximum: 20 } },
        required: ['steps'],
      }),
    },
    async ({ steps }, context) => {
      await inSteps(steps, 350, context)
      return text(`Counted ${steps} books.`)
    },
  )
  server.registerTool(
    'interrupted',
    { description: 'Closes its stream half-way; the answer waits for the client to come back with Last-Event-ID' },
    async (context) => {
      await inSteps(1, 200, context)
      context.http?.closeSSE?.()
      await delay(400)
      return text('You came back. Nothing was lost.')
    },
  )
}

const inSteps = async (steps: number, everyMs: number, { mcpReq }: ServerContext): Promise<void> => {
  const progressToken = mcpReq._meta?.progressToken
  for (let step = 1; step <= steps && !mcpReq.signal.aborted; step++) {
    await delay(everyMs, undefined, { signal: mcpReq.signal }).catch(() => undefined)
    if (progressToken === undefined) continue
    await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: step, total: steps } })
  }
}

const addAskingTools = (server: McpServer): void => {
  server.registerTool(
    'order',
    {
      description: 'Orders a book, after asking the person (elicitation)',
      inputSchema: fromJsonSchema<{ title: string }>({
        type: 'object',
        properties: { title: { type: 'string' } },
        required: ['title'],
      }),
    },
    ({ title }, { mcpReq }) => {
      const answer = inputResponse(mcpReq.inputResponses, 'confirm')
      if (answer.kind === 'missing') {
        return inputRequired({
          inputRequests: {
            confirm: inputRequired.elicit({
              message: `Order "${title}" for 12 €?`,
              requestedSchema: { type: 'object', properties: { gift: { type: 'boolean' } } },
            }),
          },
        })
      }
      const content = acceptedContent(mcpReq.inputResponses, 'confirm')
      if (content === undefined) return text('Nothing was ordered.')
      return text(`Ordered "${title}"${content['gift'] === true ? ', wrapped as a gift' : ''}.`)
    },
  )
  server.registerTool(
    'blurb',
    {
      description: "Has the client's model write a blurb (sampling)",
      inputSchema: fromJsonSchema<{ title: string }>({
        type: 'object',
        properties: { title: { type: 'string' } },
        required: ['title'],
      }),
    },
    ({ title }, { mcpReq }) => {
      const answer = inputResponse(mcpReq.inputResponses, 'blurb')
      if (answer.kind === 'sampling') {
        const { content } = answer.result
        return text(!Array.isArray(content) && content.type === 'text' ? content.text : 'The model had no words.')
      }
      return inputRequired({
        inputRequests: {
          blurb: inputRequired.createMessage({
            messages: [{ role: 'user', content: { type: 'text', text: `Praise "${title}" in one sentence.` } }],
            maxTokens: 60,
          }),
        },
      })
    },
  )
}
