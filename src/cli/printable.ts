/**
 * Captured text made safe for a terminal: control characters (a recorded escape sequence could move the cursor, set the title or
 * write to the clipboard), bidirectional overrides and line separators become `\x1b`-like escapes. Line feeds stay with `multiline`.
 */
export const printable = (text: string, multiline = false): string =>
  text.replace(UNSAFE, (character) => {
    if (multiline && character === '\n') return character
    const code = character.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })

const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** The first `width` characters; the last of them is `…` when there were more. */
export const shortened = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
