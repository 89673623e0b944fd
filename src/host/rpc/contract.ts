/**
 * The front door for windows: every request and event of the app, defined once. Both sides check every message against
 * these schemas, which lie by area in messages/; Electron's IPC and the WebSocket only carry them. No message names a path:
 * scenes, runs and rollouts go by name.
 */
import * as z from 'zod'
import { appRequests, type menu } from './messages/app.ts'
import { finite } from './messages/parts.ts'
import { type rolloutColumns, type rolloutEntry, rolloutRequests, type verification } from './messages/rollouts.ts'
import {
  episodePoint,
  evaluationPoint,
  type policyChoice,
  progressPoint,
  type runDetails,
  runEntry,
  runRequests,
  type runStatus,
  warningPoint,
} from './messages/runs.ts'
import { sceneEntry, sceneRequests } from './messages/scenes.ts'
import { type setting, type settingValue, trainingRequests } from './messages/training.ts'

export { episodePoint, evaluationPoint, progressPoint, warningPoint }

export const requests = {
  ...appRequests,
  ...sceneRequests,
  ...trainingRequests,
  ...runRequests,
  ...rolloutRequests,
} as const

export const events = {
  'training.episode': episodePoint.extend({ run: z.string() }),
  'training.evaluation': evaluationPoint.extend({ run: z.string() }),
  'training.warning': warningPoint.extend({ run: z.string() }),
  'training.progress': progressPoint.extend({ run: z.string() }),
  /** The robot of the run that the window watches, as it is now: at most 30 a second, and none while nothing moves. */
  'training.frame': z.object({
    run: z.string(),
    step: z.int(),
    /** bodies × 3: x, y (m), angle (rad), in the scene's order */
    poses: z.array(finite),
    /** N·m or N: one a joint, then one a thruster (src/sim/efforts.ts) */
    efforts: z.array(finite),
  }),
  /** A run began, changed its status or ended; `problem` says why it failed. */
  'runs.changed': runEntry,
  'rollouts.verifying': z.object({ id: z.string(), step: z.int(), steps: z.int() }),
  /** A run was deleted, or has another name now. */
  'runs.removed': z.object({ run: z.string() }),
  /** Sent by the shell: an item of the window's menus was chosen, by its name. */
  'menu.chosen': z.object({ action: z.string() }),
  /** The person wants to close the window, which has said that it has unsaved changes. */
  'window.closing': z.object({}),
  /** A scene was opened outside the window (menu, recent files): show it. */
  'scenes.opened': sceneEntry,
} as const

export type RequestName = keyof typeof requests
export type Params<Name extends RequestName> = z.input<(typeof requests)[Name]['params']>
export type Answer<Name extends RequestName> = z.output<(typeof requests)[Name]['answer']>
export type EventName = keyof typeof events
export type EventPayload<Name extends EventName> = z.output<(typeof events)[Name]>

/** Errors are values: `input` is the sender's, `failure` the machine's, `defect` ours. */
export type Result<Value> =
  | { ok: true; value: Value }
  | { ok: false; error: { kind: 'input' | 'failure' | 'defect'; message: string } }

export type PolicyChoice = z.output<typeof policyChoice>
export type Snapshot = Answer<'runs.snapshots'>[number]
export type MenuContent = z.output<typeof menu>
export type SceneEntry = z.output<typeof sceneEntry>
export type RunEntry = z.output<typeof runEntry>
export type RunStatus = z.output<typeof runStatus>
export type Setting = z.output<typeof setting>
export type SettingValue = z.output<typeof settingValue>
export type RunDetails = z.output<typeof runDetails>
export type RolloutEntry = z.output<typeof rolloutEntry>
export type RolloutVerification = z.output<typeof verification>
export type RolloutColumns = z.output<typeof rolloutColumns>
export type EpisodePoint = z.output<typeof episodePoint>
export type EvaluationPoint = z.output<typeof evaluationPoint>
export type ProgressPoint = z.output<typeof progressPoint>
export type WarningPoint = z.output<typeof warningPoint>
