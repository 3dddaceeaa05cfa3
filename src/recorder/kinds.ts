import type { FrameKind } from '../wire/frame.ts'
import type { ScannedKind } from '../wire/jsonrpc.ts'
import { FRAME_KINDS, MESSAGE_KINDS } from '../store/schema.ts'

const indexed = <Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> =>
  Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>

/** `frame.kind` by name. */
export const FRAME_KIND: Readonly<Record<FrameKind, number>> = indexed(FRAME_KINDS)

/** `message.kind` by name. */
export const MESSAGE_KIND: Readonly<Record<ScannedKind, number>> = indexed(MESSAGE_KINDS)
