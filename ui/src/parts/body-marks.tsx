import type { FrameDetail } from '../../../src/api/contract.ts'

/** What we changed or redacted in a frame that is no head; heads show it in place. */
export function BodyMarks({ frame: { editList, redactions } }: { frame: FrameDetail }) {
  if (editList.length + redactions.length === 0) return null
  return (
    <ul class="body-marks">
      {editList.map(({ offset, removed, inserted, rule }) => (
        <li key={`edit ${offset}`}>
          Changed by us ({rule}): {removed !== '' && <del>{removed}</del>}
          {inserted === null ? <ins class="is-secret">not recorded</ins> : inserted !== '' && <ins>{inserted}</ins>}
        </li>
      ))}
      {redactions.map(({ offset, name, hash }) => (
        <li key={`redaction ${offset}`}>
          Redacted in the capture, passed on unchanged:{' '}
          <span class="redacted">
            {name} <span class="redacted-why">{hash.slice(0, 8)}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}
