import { z } from 'zod'
import type { Fault } from './fault.ts'
import { changeJson } from './json-change.ts'

export interface ToolResultOptions {
  readonly 'is-error'?: boolean | undefined
  readonly text?: string | undefined
  readonly structured?: unknown
}

/** A tool answers something else: an error, another text, other structured content. */
export const toolResult: Fault<ToolResultOptions> = {
  type: 'tool-result',
  level: 3,
  summary: 'changes what tools answer',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  narrow: 'dir:s2c kind:response method:tools/call',
  direction: 's2c',
  per: 'message',
  options: z
    .strictObject({
      'is-error': z.boolean().optional().describe('Marks the result as an error, or as none'),
      text: z
        .string()
        .optional()
        .describe('Replaces the content by this text')
        .meta({ examples: ['The printer is out of ink.'] }),
      structured: z.unknown().optional().describe('Replaces the structured content'),
    })
    .refine((options) => Object.values(options).some((value) => value !== undefined), 'needs something to change'),
  explain: ({ 'is-error': isError, text, structured }) =>
    [
      ...(isError === undefined ? [] : [isError ? 'marks tool results as errors' : 'marks tool results as no errors']),
      ...(text === undefined ? [] : [`makes tools answer ${JSON.stringify(text.slice(0, 60))}`]),
      ...(structured === undefined ? [] : ['replaces their structured content']),
    ].join(' and '),
  stage: ({ 'is-error': isError, text, structured }, tools) =>
    changeJson((message) => {
      const { result } = message
      if (typeof result !== 'object' || result === null) return undefined
      // the tool asks back, and has not answered yet (2026-07-28)
      if ((result as { resultType?: unknown }).resultType === 'input_required') return undefined
      return {
        ...message,
        result: {
          ...result,
          ...(text === undefined ? {} : { content: [{ type: 'text', text }] }),
          ...(structured === undefined ? {} : { structuredContent: structured }),
          ...(isError === undefined ? {} : { isError }),
        },
      }
    }, tools),
}
