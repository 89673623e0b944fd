/** What Replay knows: the rollouts on disk, the open one, and its player. The components only show this and call its functions. */
import { batch, effect, signal } from '@preact/signals'
import type { PolicyChoice, RolloutEntry, RunEntry } from '../../host/rpc/contract.ts'
import type { Scene } from '../../scene/schema.ts'
import { effortCount } from '../../sim/efforts.ts'
import { rolloutToOpen, workspace } from '../app/state.ts'
import { host, reconnections } from '../host.ts'
import { advance, initialPlayer, type PlayerEvent, type PlayerState, stepOf } from './player.ts'
import { blockOf, RolloutBlocks, type RolloutRow } from './rollout-blocks.ts'

export interface OpenRollout {
  entry: RolloutEntry
  scene: Scene
  blocks: RolloutBlocks
}

export const rollouts = signal<readonly RolloutEntry[] | undefined>(undefined)
/** Runs that have a policy to record. */
export const runs = signal<readonly RunEntry[]>([])
/** Why the list could not be read. */
export const listProblem = signal<string | undefined>(undefined)

export const player = signal<PlayerState>(initialPlayer)
export const opened = signal<OpenRollout | undefined>(undefined)
/** Changes whenever curves have grown. */
export const curveRevision = signal(0)

/** What was recorded at the playhead; undefined until it is here. */
export const row = signal<RolloutRow | undefined>(undefined)
export const poses = signal<Float32Array | undefined>(undefined)
/** N·m or N: one a joint, then one a thruster. */
export const efforts = signal<Float32Array | undefined>(undefined)
/** At the playhead, s. */
export const time = signal<number | undefined>(undefined)

export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

export function send(event: PlayerEvent): void {
  player.value = advance(player.peek(), event)
}

export async function refreshLists(): Promise<void> {
  try {
    const [newRollouts, newRuns] = await Promise.all([host.request('rollouts.list', {}), host.request('runs.list', {})])
    batch(() => {
      rollouts.value = newRollouts.sort((a, b) => b.recordedAt.localeCompare(a.recordedAt))
      runs.value = newRuns
      listProblem.value = undefined
    })
  } catch (error) {
    listProblem.value = messageOf(error)
  }
}

/** What a rollout is; its blocks are read when they are asked for. Throws what the host says. */
export async function fetchRollout(id: string): Promise<OpenRollout> {
  const { entry, scene } = await host.request('rollouts.open', { id })
  const { task, bodies, actuators } = scene
  const sizes = {
    poses: 3 * bodies.length,
    observation: task.observation.length,
    action: actuators.length,
    efforts: effortCount(scene),
    terms: task.reward.length,
  }
  const blocks = new RolloutBlocks(entry.steps, sizes, (from, to) => host.request('rollouts.read', { id, from, to }))
  return { entry, scene, blocks }
}

/** Opens a rollout and reads all of it, block by block; the player can play from the first block on. */
export async function openRollout(id: string): Promise<void> {
  batch(() => {
    send({ type: 'open', id })
    opened.value = undefined
  })
  const isWanted = () => {
    const state = player.peek()
    return 'id' in state && state.id === id && state.status !== 'failed'
  }
  try {
    const rollout = await fetchRollout(id)
    if (!isWanted()) return
    const { entry, scene, blocks } = rollout
    await blocks.loadAll((block) => {
      if (!isWanted()) return false
      batch(() => {
        if (block === 0) {
          opened.value = rollout
          send({ type: 'loaded', id, steps: entry.steps, controlStep: scene.world.controlStep })
        }
        curveRevision.value++
        showRow()
      })
      return true
    })
  } catch (error) {
    send({ type: 'failed', id, problem: messageOf(error) })
  }
}

/** Nothing is open any more. */
export function closeRollout(): void {
  batch(() => {
    send({ type: 'close' })
    opened.value = undefined
  })
}

/** Records one episode of a run's policy and opens it. Throws what the host says. */
export async function recordRollout(run: string, seed: number, policy: PolicyChoice): Promise<void> {
  const { id } = await host.request('rollouts.record', { run, seed, policy })
  await refreshLists()
  await openRollout(id)
}

/** Puts what was recorded at the playhead on show; while its block is on its way, the last row stays. */
function showRow(): void {
  const rollout = opened.peek()
  const state = player.peek()
  if (!rollout || !('position' in state)) {
    row.value = undefined
    poses.value = undefined
    efforts.value = undefined
    time.value = undefined
    return
  }
  const step = stepOf(state)
  time.value = step * state.controlStep
  const found = rollout.blocks.row(step)
  if (!found) {
    rollout.blocks.load(blockOf(step)).then(showRow, (error) => {
      send({ type: 'failed', id: state.id, problem: messageOf(error) })
    })
    return
  }
  row.value = found
  poses.value = found.poses
  efforts.value = found.efforts
}

// The stage and the numbers follow the player.
effect(() => {
  void player.value
  void opened.value
  batch(showRow)
})

// Time passes only while something plays: the clock is the display's frames.
let frame = 0
let before = 0
const isPlaying = () => player.peek().status === 'playing'
effect(() => {
  if (player.value.status !== 'playing' || frame !== 0) return
  const tick = (now: number) => {
    frame = 0
    if (!isPlaying()) return
    // A frame's time is that of its beginning, which may be before the click that started the play.
    const elapsed = Math.max(0, now - before) / 1000
    before = now
    send({ type: 'tick', elapsed })
    if (isPlaying() && frame === 0) frame = requestAnimationFrame(tick)
  }
  before = performance.now()
  frame = requestAnimationFrame(tick)
})

// Nobody watches what plays in a hidden workspace, and it would take time from what they do watch.
effect(() => {
  if (workspace.value !== 'replay' && isPlaying()) send({ type: 'pause' })
})

// Another workspace asked for a rollout.
effect(() => {
  const id = rolloutToOpen.value
  if (id === undefined) return
  queueMicrotask(() => {
    rolloutToOpen.value = undefined
    void refreshLists()
    void openRollout(id)
  })
})

host.on('runs.changed', () => void refreshLists())
effect(() => {
  if (reconnections.value > 0) void refreshLists()
})
