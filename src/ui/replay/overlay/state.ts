/** What is drawn faint beside the open rollout: a second rollout as a ghost, and onion-skin. */
import { computed, effect, signal, untracked } from '@preact/signals'
import { GHOST_ALPHA, type StageGhost } from '../../stage/ghosts.ts'
import { stepOf } from '../player.ts'
import { blockOf, type RolloutBlocks } from '../rollout-blocks.ts'
import { curveRevision, fetchRollout, messageOf, type OpenRollout, opened, player, rollouts } from '../state.ts'
import { ghostChoices, ghostEndIn, ghostStepAt, overlayProblem } from './ghost-alignment.ts'
import { type OnionSkin, onionPoses } from './onion-skin.ts'

export type Ghost =
  | { status: 'none' }
  | { status: 'loading'; id: string }
  | { status: 'shown'; id: string; rollout: OpenRollout }
  | { status: 'failed'; id: string; problem: string }

export const ghost = signal<Ghost>({ status: 'none' })
export const onion = signal<OnionSkin>({ isOn: false, count: 4, spacing: 5, past: true, future: true })

/** The second rollout, once it is here. */
export const shownGhost = computed(() => (ghost.value.status === 'shown' ? ghost.value.rollout : undefined))
/** The last step of the open rollout's time that it reaches. */
export const ghostEnd = computed(() => {
  const [rollout, second] = [opened.value, shownGhost.value]
  return rollout && second && ghostEndIn(rollout.scene.world.controlStep, paceOf(second))
})
/** Rollouts that can stand beside the open one. */
export const choices = computed(() => (opened.value ? ghostChoices(rollouts.value ?? [], opened.value.entry) : []))

/** The step on show. */
export const shownStep = computed(() => stepOf(player.value))
/** The ghost's, at the same time. */
export const ghostStep = computed(() => {
  const [rollout, second] = [opened.value, shownGhost.value]
  return rollout && second && ghostStepAt(shownStep.value, rollout.scene.world.controlStep, paceOf(second))
})

const paceOf = ({ entry, scene }: OpenRollout) => ({ steps: entry.steps, controlStep: scene.world.controlStep })

/** Sets a second rollout beside the open one; undefined takes it away. */
export async function showGhost(id: string | undefined): Promise<void> {
  if (id === undefined) {
    ghost.value = { status: 'none' }
    curveRevision.value++
    return
  }
  ghost.value = { status: 'loading', id }
  const isWanted = () => {
    const now = ghost.peek()
    return now.status !== 'none' && now.id === id
  }
  try {
    const rollout = await fetchRollout(id)
    if (!isWanted()) return
    const scene = opened.peek()?.scene
    const problem = scene && overlayProblem(scene, rollout.scene)
    if (problem) throw new Error(problem)
    await rollout.blocks.loadAll((block) => {
      if (!isWanted()) return false
      if (block === 0) ghost.value = { status: 'shown', id, rollout }
      curveRevision.value++
      return true
    })
  } catch (error) {
    if (isWanted()) ghost.value = { status: 'failed', id, problem: messageOf(error) }
  }
}

/** Rises when poses that were not here have come. */
const arrivals = signal(0)

function posesOf(blocks: RolloutBlocks, step: number): Float32Array | undefined {
  const found = blocks.poses(step)
  if (!found) {
    blocks.load(blockOf(step)).then(
      () => {
        arrivals.value++
      },
      // The playhead says what is wrong with it when it comes there.
      () => {},
    )
  }
  return found
}

/** What is drawn faint beside a step of a rollout, the nearest first: where its poses are, and how it looks. */
export function ghostsAt(
  step: number,
  rollout: OpenRollout,
  second: OpenRollout | undefined,
  skin: OnionSkin,
): (Omit<StageGhost, 'poses'> & { blocks: RolloutBlocks; step: number })[] {
  const { blocks, entry, scene } = rollout
  const around = onionPoses(step, entry.steps, skin).map((pose) => ({ blocks, ...pose }))
  if (!second) return around
  const at = ghostStepAt(step, scene.world.controlStep, paceOf(second))
  return [{ blocks: second.blocks, step: at.step, kind: 'other', alpha: at.hasEnded ? GHOST_ALPHA : 0.75 }, ...around]
}

/** For the stage, the nearest first. */
export const stageGhosts = computed<readonly StageGhost[]>(() => {
  const rollout = opened.value
  if (!rollout || !('position' in player.value)) return []
  void arrivals.value
  const step = shownStep.value
  const ghosts: StageGhost[] = []
  for (const { blocks, step: there, ...looks } of ghostsAt(step, rollout, shownGhost.value, onion.value)) {
    const poses = posesOf(blocks, there)
    if (poses) ghosts.push({ ...looks, poses })
  }
  return ghosts
})

// The ghost stays beside another rollout of its scene, unless it is that one.
effect(() => {
  const rollout = opened.value
  if (!rollout) return
  const now = ghost.peek()
  if (now.status === 'none') return
  const fits = choices.peek().some(({ id }) => id === now.id)
  const isOther = now.status === 'shown' && overlayProblem(rollout.scene, now.rollout.scene) !== undefined
  if (!fits || isOther) untracked(() => void showGhost(undefined))
})
