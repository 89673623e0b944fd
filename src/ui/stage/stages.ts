/** The stages of the window: each workspace has one, and one is on show. */
import { effect, signal } from '@preact/signals'
import { workspace } from '../app/state.ts'
import { remember, remembered } from '../remember.ts'
import type { StageController } from './stage-controller.ts'

/** One choice for all stages of the window, which is remembered: whether they go along with a robot that runs away. */
export const isFollowing = signal(remembered('follow') !== 'no')
effect(() => remember('follow', isFollowing.value ? 'yes' : 'no'))

const stages = signal<readonly { element: HTMLElement; controller: StageController }[]>([])

export function addStage(element: HTMLElement, controller: StageController): () => void {
  const stage = { element, controller }
  stages.value = [...stages.peek(), stage]
  return () => {
    stages.value = stages.peek().filter((each) => each !== stage)
  }
}

/** The stage of the workspace on show; undefined where it has none. */
export function stageOnShow(): StageController | undefined {
  const id = `workspace-${workspace.value}`
  return stages.value.find(({ element }) => element.closest('.workspace-panel')?.id === id)?.controller
}
