/** Which way a frame went: an arrow to the right, filled, for the client's; to the left, in outline, for the server's. */
export function DirectionMark({ direction }: { direction: 'c2s' | 's2c' }) {
  const out = direction === 'c2s'
  const label = out ? 'client to server' : 'server to client'
  return (
    <span class={`direction is-${direction}`} role="img" aria-label={label} title={label}>
      <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path d={out ? 'M2 8h11M9 4l4 4-4 4' : 'M14 8H3M7 4 3 8l4 4'} />
      </svg>
    </span>
  )
}
