/** What the messages of a rollout file say of its steps: `/exact` in this version, and the messages of single steps in older ones. */
import * as z from 'zod'
import { UserError } from '../common/user-error.ts'
import type { Scene } from '../scene/schema.ts'
import { commandedEfforts, effortCount } from '../sim/efforts.ts'
import { EXACT_TOPIC, type OldChannel, oldTopics, ROLLOUT_VERSION, STEP_TOPIC } from './channels.ts'
import { type ExactCodec, exactMessage } from './exact-steps.ts'
import { type Frame, type Step, sumOf } from './rollout.ts'

const numbers = z.array(z.number())

/** As z.record, which drops a term that someone called "__proto__". */
function isNumbersByName(value: unknown): boolean {
  return value !== null && typeof value === 'object' && Object.values(value).every(Number.isFinite)
}

const triples = z.array(z.tuple([z.number(), z.number(), z.number()]))
const reward = { reward: z.number(), terms: z.custom<Record<string, number>>(isNumbersByName) }
const messageSchemas = {
  poses: z.object({ poses: triples, velocities: triples }),
  observation: z.object({ values: numbers }),
  action: z.object({ values: numbers }),
  efforts: z.object({ values: numbers }),
  reward: z.object(reward).partial({ reward: true }),
}
type AnyMessages = { [Name in OldChannel]: z.infer<(typeof messageSchemas)[Name]> }
/** Of one step. Those of version 1 may have no efforts. */
type Messages = Omit<AnyMessages, 'efforts'> & Partial<Pick<AnyMessages, 'efforts'>> & { float32?: string }

/** A message of `/step` in versions 2 and 3; that of the reset has no action and no terms. */
const stepMessage = z.object({
  poses: triples,
  velocities: triples,
  observation: numbers,
  float32: z.string().optional(),
  action: numbers.optional(),
  efforts: numbers.optional(),
  reward: reward.reward.optional(),
  terms: reward.terms.optional(),
})

/** What the messages say of each step, by its number less that of the first. */
export type Frames = Partial<Messages>[]

const topics = new Map<string, OldChannel>(
  Object.entries(oldTopics).map(([name, topic]) => [topic, name as OldChannel]),
)

/** The topics that say what a step is, in a file of this version. */
export const stepTopicsOf = (version: string): readonly string[] =>
  version === ROLLOUT_VERSION ? [EXACT_TOPIC] : [STEP_TOPIC, ...topics.keys()]

/** What is known of the file that messages are from. */
export interface MessageSource {
  file: string
  version: string
  /** The last step that it may hold. */
  steps: number
}

interface Message {
  sequence: number
  data: Uint8Array
}

const damagedMessage = (file: string, topic: string, { sequence }: Message) =>
  new UserError(`${file}: message ${sequence} of ${topic} is damaged. Record it anew.`)

/** Step and frames of a message of `/exact`. Throws a UserError where it is damaged. */
export function exactFrames(
  message: Message,
  { file }: MessageSource,
  codec: ExactCodec,
): { first: number; frames: (Frame | Step)[] } {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(message.data))
  } catch {
    throw damagedMessage(file, EXACT_TOPIC, message)
  }
  const parsed = exactMessage.safeParse(json)
  const frames = parsed.success ? codec.decode(parsed.data) : undefined
  if (!parsed.success || !frames) throw damagedMessage(file, EXACT_TOPIC, message)
  const { first } = parsed.data
  return { first: first === 0 ? 0 : first + 1, frames }
}

/**
 * Puts what a message of an older version says into the frame of its step, if it is of its topics. Throws a UserError where it is
 * damaged.
 */
export function addMessage(
  frames: Frames,
  topic: string,
  part: Message,
  { file, version, steps }: MessageSource,
  first = 0,
): void {
  const { sequence, data } = part
  const name = topics.get(topic)
  if (!name && topic !== STEP_TOPIC) return
  if (sequence > steps) {
    throw new UserError(`${file}: the rollout has more messages than its ${steps} steps. Record it anew.`)
  }
  const damaged = () => damagedMessage(file, topic, part)
  let message: unknown
  try {
    message = JSON.parse(new TextDecoder().decode(data))
  } catch {
    throw damaged()
  }
  const parsed = name ? messageSchemas[name].safeParse(message) : stepMessage.safeParse(message)
  if (!parsed.success) throw damaged()
  // Before version 3 every message said all.
  if (version !== '3' && 'terms' in parsed.data && parsed.data.reward === undefined) throw damaged()
  const said = name ? { [name]: parsed.data } : messagesOf(parsed.data as z.infer<typeof stepMessage>)
  frames[sequence - first] = { ...frames[sequence - first], ...said }
}

/** The same in the channels of version 1. */
function messagesOf(message: z.infer<typeof stepMessage>): Partial<Messages> {
  const { poses, velocities, observation, float32, action, efforts, reward, terms } = message
  return {
    poses: { poses, velocities },
    observation: { values: observation },
    ...(float32 && { float32 }),
    ...(action && { action: { values: action } }),
    ...(efforts && { efforts: { values: efforts } }),
    ...(terms && { reward: { reward, terms } }),
  }
}

function isComplete(frame: Partial<Messages> | undefined, step: number): frame is Messages {
  return Boolean(frame?.poses && frame.observation && (step === 0 || (frame.action && frame.reward)))
}

/** Whether every list is as long as the scene says. */
function fits({ poses, observation, action, efforts, reward }: Messages, scene: Scene, step: number): boolean {
  const { bodies, actuators, task } = scene
  return (
    (efforts === undefined || efforts.values.length === effortCount(scene)) &&
    poses.poses.length === bodies.length &&
    poses.velocities.length === bodies.length &&
    observation.values.length === task.observation.length &&
    (step === 0 ||
      (action.values.length === actuators.length && task.reward.every(({ name }) => Object.hasOwn(reward.terms, name))))
  )
}

/** The number of the frames from the first on that are whole and fit the scene; `first` is the step of the first. */
export function countWhole(frames: Frames, scene: Scene, first: number): number {
  // Not `findIndex` of frames itself: a hole at its end is not part of it, one in its middle is.
  const end = Array.from(frames).findIndex(
    (frame, index) => !isComplete(frame, first + index) || !fits(frame, scene, first + index),
  )
  return end < 0 ? frames.length : end
}

/** The frames as they were recorded; `first` is the step of the first. Throws where one is incomplete or does not fit the scene. */
export function framesOf(
  frames: Frames,
  scene: Scene,
  { file, version }: MessageSource,
  first: number,
): (Frame | Step)[] {
  const whole = countWhole(frames, scene, first)
  if (whole < frames.length) {
    const what = isComplete(frames[whole], first + whole) ? 'does not fit its scene' : 'is incomplete'
    throw new UserError(`${file}: step ${first + whole} of the rollout ${what}. Record it anew.`)
  }
  const termNames = scene.task.reward.map(({ name }) => name)
  return (frames as Messages[]).map((messages, index) => {
    if (first + index === 0) return toFrame(messages)
    const step = toStep(messages, termNames)
    // Version 3 leaves efforts out where they are the commanded ones.
    const isLeftOut = version === '3' && !step.efforts
    return isLeftOut ? { ...step, efforts: commandedEfforts(scene, step.action) } : step
  })
}

function toFrame({ poses, observation, float32 = '' }: Messages): Frame {
  const written = poses.poses.flatMap((pose, body) => [...pose, ...(poses.velocities[body] ?? [])])
  const state = written.map((value, index) => (float32[index] === '1' ? Math.fround(value) : value))
  return { state: Float64Array.from(state), observation: Float32Array.from(observation.values) }
}

function toStep(messages: Messages, termNames: readonly string[]): Step {
  const { action, efforts, reward } = messages
  const terms = Float64Array.from(termNames, (name) => reward.terms[name]!)
  return {
    ...toFrame(messages),
    action: Float32Array.from(action.values),
    ...(efforts && { efforts: Float64Array.from(efforts.values) }),
    reward: reward.reward ?? sumOf(terms),
    terms,
  }
}
