/** Pushes at the robot whose policy plays: at which body, how strong, and the push itself. */
import { computed, signal } from '@preact/signals'
import { isFreeToMove } from '../../../scene/ground.ts'
import { totalMass } from '../../../scene/mass-properties.ts'
import { pushedBody } from '../../../scene/robot.ts'
import type { Scene } from '../../../scene/schema.ts'
import { play, playedScene } from './state.ts'

/** Of the speed change of a push, m/s. */
export const weakest = 0.1
export const strongest = 2

/** By how much a push changes the speed of the whole robot, m/s. */
export const speedChange = signal(0.4)
/** The user's choice, for the scene in which it was made. */
const chosen = signal<{ scene: string; body: string } | undefined>(undefined)

/** Indices of the bodies that a push can go to, in the scene's order. */
export const pushableBodies = (scene: Scene): number[] =>
  scene.bodies.flatMap((body, index) => (isFreeToMove(body) ? [index] : []))

/** Index of the body that pushes go to: the chosen one, else the one that `robustness` pushes; -1 where no body is free. */
export const target = computed(() => {
  const scene = playedScene.value
  if (!scene) return -1
  const own = scene.bodies.findIndex(({ name }) => scene.name === chosen.value?.scene && name === chosen.value.body)
  return own >= 0 ? own : pushedBody(scene)
})

/** What a push adds to or takes from the momentum of the robot, N·s. */
export const impulse = computed(() => (playedScene.value ? speedChange.value * totalMass(playedScene.value) : 0))

export const canPush = computed(() => play.ready.value && target.value >= 0)

export function chooseBody(scene: Scene, body: string): void {
  chosen.value = { scene: scene.name, body }
}

/** To the left (-1) or to the right (1), with the next step. */
export function push(side: -1 | 1): void {
  if (canPush.peek()) play.push({ body: target.peek(), impulse: [side * impulse.peek(), 0] })
}
