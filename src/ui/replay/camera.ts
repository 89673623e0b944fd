/** Which body of the open rollout the camera goes along with. */

import { computed, effect, signal } from '@preact/signals'
import { isGround } from '../../scene/ground.ts'
import { followedBody } from '../stage/follow.ts'
import { isFollowing } from '../stage/stages.ts'
import { opened } from './state.ts'

/** A body by its name; undefined: the robot, where it is not tied to the ground. */
export const followed = signal<string | undefined>(undefined)

/** What can be followed: undefined first, then every body that can move. */
export const followChoices = computed<readonly (string | undefined)[]>(() => {
  const bodies = opened.value?.scene.bodies ?? []
  return [undefined, ...bodies.filter((body) => !isGround(body)).map(({ name }) => name)]
})

/** Its index in the scene. */
export const followedIndex = computed(() => {
  const name = followed.value
  if (name === undefined) return undefined
  const index = opened.value?.scene.bodies.findIndex((body) => body.name === name) ?? -1
  return index < 0 ? undefined : index
})

export function follow(body: string | undefined): void {
  followed.value = body
  if (body !== undefined) isFollowing.value = true
}

export function nextFollowed(choices: readonly (string | undefined)[], now: string | undefined): string | undefined {
  return choices[(choices.indexOf(now) + 1) % choices.length]
}

/** As the choice shows it. */
export function followWords(body: string | undefined): string {
  if (body !== undefined) return body
  const scene = opened.value?.scene
  return scene && followedBody(scene) === undefined ? 'nothing' : 'the robot'
}

// A body of another scene is not there to be followed.
effect(() => {
  if (!followChoices.value.includes(followed.peek())) followed.value = undefined
})
