import type { FrameText } from '../state/frame-text.ts'

/**
 * What a frame is, in a few words of different weight. `crowded`: badges stand beside it, for which the method makes room before the tool. The classes are on the words themselves: Chromium 156 misses
 * style changes that come by the class of a row above them when rows are refilled while scrolling.
 */
export function FrameLabel({ text, crowded = false }: { text: FrameText; crowded?: boolean }) {
  const look = `of-${text.kind}${text.faint ? ' is-faint' : ''}${crowded ? ' is-crowded' : ''}`
  return (
    <>
      <span class={`what-main ${look}`}>{text.main}</span>
      {text.subject !== null && <span class="what-subject">{text.subject}</span>}
      {text.note !== null && !(crowded && text.kind === 'response') && (
        <span class={`what-note ${look}`}>{text.note}</span>
      )}
    </>
  )
}
