/** Text with every occurrence of `needle` marked, in any case; as it is when the needle is empty. */
export function Highlight({ text, needle }: { text: string; needle: string }) {
  if (needle === '') return <>{text}</>
  const lower = text.toLowerCase()
  const wanted = needle.toLowerCase()
  const pieces = []
  let from = 0
  for (let at = lower.indexOf(wanted); at >= 0 && pieces.length < 400; at = lower.indexOf(wanted, from)) {
    if (at > from) pieces.push(text.slice(from, at))
    pieces.push(<mark key={at}>{text.slice(at, at + wanted.length)}</mark>)
    from = at + wanted.length
  }
  pieces.push(text.slice(from))
  return <>{pieces}</>
}
