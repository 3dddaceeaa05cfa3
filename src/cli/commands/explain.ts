import type { Context, Verb } from '../context.ts'

/** `mitmcp explain <word>`: what a word of ours means. */
export const explain: Verb = {
  name: 'explain',
  offers: [{ have: 'a word of ours you do not know', type: 'explain <word>' }],
  define(program, context: Context, finish) {
    program
      .command('explain')
      .description(
        'explain a fault, a persona, a key of the filter, a word of a fault rule or of a line, or an error code',
      )
      .argument('<word>', 'for example cut, nginx-default, outcome, probability, rst, mid-event, UPSTREAM_UNREACHABLE')
      .allowUnknownOption()
      .action(async (word: string) => {
        const { explainWord } = await import('../explain-word.ts')
        finish(explainWord(word, context))
      })
  },
}
