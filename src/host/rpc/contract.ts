/**
 * The front door for windows: every request and event of the app, defined once. Both sides check every message against
 * these schemas; Electron's IPC and the WebSocket only carry them. No message names a path: scenes, runs and rollouts go by name.
 */
import * as z from 'zod'
import { engineNames } from '../../agent/engine.ts'
import { algorithmNames, presetNames } from '../../agent/presets.ts'
import { MAX_SEED } from '../../common/random.ts'
import { MAX_SCENE_LENGTH } from '../../scene/limits.ts'
import { sceneSchema } from '../../scene/schema.ts'

/** A name that is one folder or file, and never leads out of one. */
const plainName = z
  .string()
  .max(120)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'a name of letters, digits, _ . and -')
/** What a file is called where it is saved first; the person may say otherwise. */
const fileName = z
  .string()
  .max(160)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_. -]*$/, 'a file name')
const trashId = z
  .string()
  .max(160)
  .regex(/^[0-9]+-[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'a deleted run')
const seed = z.int().min(0).max(MAX_SEED)
const finite = z.number()

/** A scene that the host knows: a built-in, or a file that the person opened. */
const sceneEntry = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** `built-in`, or `file` for one opened by its owner in a dialog or named on the command line. */
  source: z.enum(['built-in', 'file']),
  /** Of a file: its name without its folder, and when it was written last (ISO 8601). */
  file: z.string().optional(),
  changedAt: z.string().optional(),
})

export const evaluationPoint = z.object({
  step: z.int(),
  episode: z.int(),
  meanReturn: finite,
  stdReturn: finite,
  /** Mean over the episodes of Σ γ^t · reward from the reset on, scaled as the critic learns it: what mean Q should come near to. */
  discountedReturn: finite.optional(),
  isBest: z.boolean(),
})
export const episodePoint = z.object({
  step: z.int(),
  episode: z.int(),
  return: finite,
  length: z.int(),
  epsilon: finite,
  policyLoss: finite.optional(),
  criticLoss: finite.optional(),
  meanQ: finite.optional(),
  /** Share of the actor's actions, 0 to 1, that its tanh has pushed to -1 or 1. */
  saturation: finite.optional(),
})
/** The run goes on, but probably not well: what it is and what to try. */
export const warningPoint = z.object({ step: z.int(), episode: z.int(), message: z.string() })
export const progressPoint = z.object({ step: z.int(), episode: z.int(), seconds: finite, stepsPerSecond: finite })

const runStatus = z.enum([
  'queued',
  'running',
  'paused',
  'stopping',
  'finished',
  'stopped',
  'failed',
  'interrupted',
  'unreadable',
])

/** A policy of a run: of its best evaluation, of its latest, or the snapshot of a step. */
const policyChoice = z.union([z.enum(['best', 'last']), z.int().min(0)])

const tag = z.string().trim().min(1).max(40)

const runEntry = z.object({
  name: z.string(),
  scene: z.string(),
  algorithm: z.string(),
  engine: z.string(),
  /** Absent where the engine chooses them itself. */
  threads: z.int().optional(),
  seed: z.int(),
  preset: z.string(),
  status: runStatus,
  startedAt: z.string(),
  steps: z.int().optional(),
  budget: z.object({ steps: z.int().optional(), episodes: z.int().optional() }),
  /** Of the best evaluation so far: it means the same while the run trains and when it has ended. */
  meanReturn: finite.optional(),
  /** Of that policy over fresh episodes, once the run has ended: what was best is so in part by luck. */
  reportReturn: finite.optional(),
  /** Training time, s. */
  seconds: finite.optional(),
  /** While it waits for its turn: since when. */
  queuedAt: z.string().optional(),
  tags: z.array(tag).optional(),
  notes: z.string().optional(),
  archived: z.boolean().optional(),
  problem: z.string().optional(),
  /** Step of the newest checkpoint. */
  checkpointStep: z.int().optional(),
  /** Whether the run can be resumed (a finished one: trained further); `obstacle` says why not. */
  resumable: z.boolean(),
  obstacle: z.string().optional(),
})

const settingValue = z.union([finite, z.boolean(), z.string().max(100), z.array(finite)])

const setting = z.object({
  name: z.string(),
  /** Title of the part of the form that it belongs to; settings come in the order of their groups. */
  group: z.string(),
  /** One line of help with the source. */
  help: z.string(),
  kind: z.enum(['number', 'integer', 'integers', 'boolean', 'choice']),
  /** What a `choice` may be. */
  choices: z.array(z.string()).optional(),
  minimum: finite.optional(),
  maximum: finite.optional(),
  /** The value that each preset of each algorithm gives it. */
  presets: z.record(z.enum(algorithmNames), z.record(z.enum(presetNames), settingValue)),
})

/** What a run was started with. */
const runDetails = z.object({
  run: z.string(),
  algorithm: z.enum(algorithmNames),
  preset: z.enum(presetNames),
  /** Whose preset it is. */
  presetAlgorithm: z.enum(algorithmNames),
  engine: z.string(),
  seed: z.int(),
  budget: z.object({ steps: z.int().optional(), episodes: z.int().optional() }),
  /** All of them, by name. */
  settings: z.record(z.string(), settingValue),
  /** Id of the scene to train the same again: a built-in or opened one that is still equal, otherwise the run's own copy. */
  scene: z.string(),
  sceneName: z.string(),
  /** SHA-256 of the scene. */
  sceneHash: z.string().optional(),
})

const trashEntry = z.object({
  /** Names it among all that was deleted. */
  id: trashId,
  name: z.string(),
  deletedAt: z.string(),
})

const rolloutEntry = z.object({
  id: z.string(),
  /** Empty of a file that was opened from elsewhere. */
  run: z.string(),
  file: z.string(),
  scene: z.string(),
  seed: z.int(),
  steps: z.int(),
  /** s */
  duration: finite,
  return: finite,
  terminated: z.boolean(),
  truncated: z.boolean(),
  /**
   * Of a file that is cut off or damaged: how many steps were recorded, but are lost. 0 where the damage is behind the last, null where
   * that cannot be told.
   */
  missing: z.int().nullable().optional(),
  recordedAt: z.string(),
})
const rolloutId = z
  .string()
  .max(260)
  .regex(/^(@\d+|[A-Za-z0-9][A-Za-z0-9_.-]*)\/[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'a rollout is run/file, or @1/file')

/** Names a rollout among all that were deleted. */
const rolloutDeletion = z.string().max(20).regex(/^\d+$/, 'a deleted rollout')

/** Columns of a rollout over control steps [from, to): row-major, one row a step; row 0 of the rollout is the reset. */
const rolloutColumns = z.object({
  from: z.int(),
  to: z.int(),
  /** s */
  time: z.array(finite),
  /** bodies × 3: x, y (m), angle (rad) */
  poses: z.array(finite),
  /** bodies × 3: vx, vy (m/s), angular velocity (rad/s) */
  velocities: z.array(finite),
  /** observation size */
  observation: z.array(finite),
  /** action size; 0 in the row of the reset */
  action: z.array(finite),
  /** joints + thrusters: N·m or N (src/sim/efforts.ts); 0 in the row of the reset */
  efforts: z.array(finite),
  /** reward terms; 0 in the row of the reset */
  terms: z.array(finite),
  reward: z.array(finite),
})

const verification = z.object({
  /** Steps that were simulated again. */
  steps: z.int(),
  /** The first place where the re-simulation differs; absent where every value is the same. */
  difference: z
    .object({
      /** 0 is the reset. */
      step: z.int(),
      words: z.string(),
      /** Which value differs; absent where the two end differently. */
      value: z.object({ name: z.string(), recorded: finite, simulated: finite }).optional(),
    })
    .optional(),
})

/** Characters of a piece of a file. */
const MAX_PIECE = 16_000_000

/** What a window can do now, as menus: the shell shows them where the system has a place for them. */
const menu = z.strictObject({
  title: z.string().max(40),
  sections: z
    .array(
      z
        .array(
          z.strictObject({
            /** Comes back by the event `menu.chosen`. */
            name: z.string().max(4200),
            label: z.string().max(200),
            enabled: z.boolean(),
            /** For what can be on or off. */
            checked: z.boolean().optional(),
            /** In Electron's notation. The window itself listens for the key. */
            accelerator: z.string().max(40).optional(),
          }),
        )
        .max(200),
    )
    .max(20),
})

const define = <Params extends z.ZodType, Answer extends z.ZodType>(params: Params, answer: Answer) => ({
  params,
  answer,
})
const sceneId = z.string().max(4096)
const sceneText = z.string().max(MAX_SCENE_LENGTH)
const nothing = z.strictObject({})
const done = z.object({})

export const requests = {
  'app.info': define(
    nothing,
    z.object({
      version: z.string(),
      shell: z.enum(['electron', 'browser']),
      versions: z.record(z.string(), z.string()),
      runsFolder: z.string(),
    }),
  ),
  /** The shell's menus become these and its own items; nothing happens in browser mode. */
  'menu.show': define(z.strictObject({ menus: z.array(menu).max(20) }), done),
  /** Saves a file where the person says, in the system's dialog; refused where there is none (browser mode). */
  'files.save': define(z.strictObject({ name: fileName, content: z.base64() }), z.object({ saved: z.boolean() })),
  /** Whether the window has changes that closing it would lose; the shell then asks it first (`window.closing`). */
  'window.unsaved': define(z.strictObject({ unsaved: z.boolean() }), done),
  /** Closes the window without a question; nothing happens in browser mode. */
  'window.close': define(nothing, done),
  /** Built-ins by name, then files, the ones written last first. */
  'scenes.list': define(nothing, z.array(sceneEntry)),
  'scenes.read': define(z.strictObject({ id: sceneId }), sceneSchema),
  /** The text of a scene's file, for editing: it may have problems. */
  'scenes.text': define(z.strictObject({ id: sceneId }), z.object({ text: z.string() })),
  /** Writes a scene whole or not at all: to the file of an id, or as a new file by name, which must be free. */
  'scenes.save': define(
    z.strictObject({
      target: z.union([z.strictObject({ id: sceneId }), z.strictObject({ name: plainName })]),
      text: sceneText,
    }),
    sceneEntry,
  ),
  /** The policy that TorqueLab ships for a built-in scene, as its file has it (.safetensors), in base64; null where there is none. */
  'scenes.policy': define(z.strictObject({ id: sceneId }), z.object({ file: z.base64() }).nullable()),
  /** What is remembered of the person between starts. */
  'user.read': define(nothing, z.object({ tourEnded: z.boolean() })),
  'user.write': define(z.strictObject({ tourEnded: z.boolean() }), done),
  /** What windows were editing when they ended without saving, the newest first. */
  'drafts.list': define(
    nothing,
    z.array(z.object({ key: z.string(), name: z.string(), savedAt: z.string(), text: z.string() })),
  ),
  'drafts.write': define(z.strictObject({ key: plainName, name: z.string().max(200), text: sceneText }), done),
  'drafts.discard': define(z.strictObject({ key: plainName }), done),
  /** Asks for a scene file in the system's dialog; null where it was cancelled or there is no dialog (browser mode). */
  'scenes.openDialog': define(nothing, sceneEntry.nullable()),
  /** What a scene's training file proposes; null where it has none. */
  'scenes.training': define(
    z.strictObject({ id: sceneId }),
    z.object({ algorithm: z.enum(algorithmNames), steps: z.int() }).nullable(),
  ),
  /** With a scene, the preset `scene` has what its training file changes. */
  'settings.describe': define(z.strictObject({ scene: sceneId.optional() }), z.array(setting)),
  'training.start': define(
    z.strictObject({
      /** By its id; or as it is edited, by its text, and the id of the scene that it was, whose training file goes for it. */
      scene: z.union([sceneId, z.strictObject({ text: sceneText, of: sceneId.optional() })]),
      steps: z.int().min(1).max(1e9).optional(),
      episodes: z.int().min(1).max(1e7).optional(),
      /** One run for each. */
      seeds: z.array(seed).min(1).max(100),
      algorithm: z.enum(algorithmNames).optional(),
      preset: z.enum(presetNames),
      settings: z.record(z.string(), settingValue),
      engine: z.enum(engineNames).optional(),
      run: plainName.optional(),
    }),
    /** In the order of the seeds. As many begin at once as there are free cores; the rest wait for their turn. */
    z.object({ runs: z.array(z.string()) }),
  ),
  'training.pause': define(z.strictObject({ run: plainName }), done),
  /** A paused run goes on; one that has ended waits for its turn to go on from its newest checkpoint, to a new end where one is given. */
  'training.resume': define(
    z.strictObject({
      run: plainName,
      steps: z.int().min(1).max(1e9).optional(),
      episodes: z.int().min(1).max(1e7).optional(),
    }),
    done,
  ),
  /** Ends a run after its step, or takes a waiting one out of the queue. */
  'training.stop': define(z.strictObject({ run: plainName }), done),
  /** The run whose robot this window shows: its frames come from now on, and those of no other run. Without a run, none. */
  'training.watch': define(z.strictObject({ run: plainName.optional() }), done),
  'runs.list': define(nothing, z.array(runEntry)),
  /** What metrics.ndjson holds of a run so far: a window that opens late catches up with this. */
  'runs.metrics': define(
    z.strictObject({ run: plainName }),
    z.object({
      episodes: z.array(episodePoint),
      evaluations: z.array(evaluationPoint),
      warnings: z.array(warningPoint),
      /** At each evaluation, and the newest of a run that trains. */
      progress: z.array(progressPoint),
    }),
  ),
  /** The scene that the run trains on, as it was at the start. */
  'runs.scene': define(z.strictObject({ run: plainName }), sceneSchema),
  /** What each run was started with. */
  'runs.details': define(z.strictObject({ runs: z.array(plainName).min(1).max(100) }), z.array(runDetails)),
  /** A run's policy as its file has it (.safetensors), in base64. */
  'runs.policy': define(
    z.strictObject({ run: plainName, policy: policyChoice }),
    z.object({ trainedSteps: z.int(), file: z.base64() }),
  ),
  /** Snapshots of the run's policy that there are, the earliest first, and what their evaluations returned. */
  'runs.snapshots': define(
    z.strictObject({ run: plainName }),
    z.array(z.object({ step: z.int(), meanReturn: finite.optional() })),
  ),
  'runs.annotate': define(
    z.strictObject({
      run: plainName,
      tags: z.array(tag).max(20).optional(),
      notes: z.string().max(10_000).optional(),
      archived: z.boolean().optional(),
    }),
    runEntry,
  ),
  'runs.rename': define(z.strictObject({ run: plainName, name: plainName }), runEntry),
  /** Moves runs into the trash, from where `trash.restore` takes them back. */
  'runs.delete': define(z.strictObject({ runs: z.array(plainName).min(1).max(1000) }), z.array(trashEntry)),
  /** Newest first. */
  'trash.list': define(nothing, z.array(trashEntry)),
  'trash.restore': define(z.strictObject({ ids: z.array(trashId).min(1).max(1000) }), z.array(runEntry)),
  /** Deletes for good. */
  'trash.empty': define(nothing, done),
  'rollouts.list': define(nothing, z.array(rolloutEntry)),
  /** What a rollout is; its columns come by `rollouts.read`. */
  'rollouts.open': define(z.strictObject({ id: rolloutId }), z.object({ entry: rolloutEntry, scene: sceneSchema })),
  'rollouts.read': define(z.strictObject({ id: rolloutId, from: z.int().min(0), to: z.int().min(0) }), rolloutColumns),
  /** Records one episode of a run's policy, the best where none is named, into the run's rollouts. */
  'rollouts.record': define(z.strictObject({ run: plainName, seed, policy: policyChoice.optional() }), rolloutEntry),
  /**
   * Simulates a rollout's actions again and compares every value, bit for bit; the event `rollouts.verifying` tells how far it is.
   * null where it was stopped.
   */
  'rollouts.verify': define(z.strictObject({ id: rolloutId }), verification.nullable()),
  /** The scene of a rollout and some of its poses in order, for a picture: the last is from its middle, the others shortly before. */
  'rollouts.preview': define(
    z.strictObject({ id: rolloutId }),
    z.object({
      scene: sceneSchema,
      /** Each bodies × 3: x, y (m), angle (rad) */
      poses: z.array(z.array(finite)),
    }),
  ),
  /**
   * Moves a rollout into the trash, from where `rollouts.restore` takes it back. Of a file that was opened from elsewhere there is no
   * deletion: it is closed, and stays where it is.
   */
  'rollouts.delete': define(z.strictObject({ id: rolloutId }), z.object({ deletion: rolloutDeletion.optional() })),
  'rollouts.restore': define(z.strictObject({ deletion: rolloutDeletion }), rolloutEntry),
  /** A piece of a rollout file that the person gave to the window; the last one is answered with the rollout's id. */
  'rollouts.upload': define(
    z.strictObject({
      /** Names the file among those that come in at the same time. */
      upload: plainName,
      name: z.string().min(1).max(1000),
      /** When it was changed last, ms since 1970. */
      modified: z.number().min(0),
      /** Offset of the piece, bytes: pieces come in order. */
      from: z.int().min(0),
      content: z.base64().max(MAX_PIECE),
      isLast: z.boolean(),
    }),
    z.object({ id: rolloutId.optional() }),
  ),
  'rollouts.stopVerifying': define(z.strictObject({ id: rolloutId }), done),
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
