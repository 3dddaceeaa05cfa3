/**
 * Events through stages: one direction of a connection, pure but for the handed-in sink and clock. `Pipe` takes chunks, passes them
 * through `Stage`s (`PipeEvent` in, `Action`s out) to an `Outlet`, and tells a `Tap` what came in and what went out. To add a
 * way of changing traffic, write a stage, not a branch in the pipe.
 * @module
 */
export type { Action, CutHow, CutSide, NamedStage, PipeEvent, Stage } from './action.ts'
export { createClock, type AnchoredClock, type Clock } from './clock.ts'
export type { Decision } from './decision.ts'
export { createLateTap } from './late-tap.ts'
export { nullTap } from './null-tap.ts'
export type { Outlet, Pipe, PipeHost } from './pipe.ts'
export type { ConnectionInfo, Tap, UpstreamInfo } from './tap.ts'
