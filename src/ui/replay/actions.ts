/** Actions of the player of rollouts. */
import { computed } from '@preact/signals'
import type { Action } from '../app/actions/action.ts'
import { player, send } from './state.ts'
import { openTool } from './tools.tsx'
import { verify } from './verify/state.ts'

/** The state of a player that has something to play. */
const ready = computed(() => {
  const state = player.value
  return 'position' in state ? state : undefined
})

const common = {
  group: 'Replay',
  workspace: 'replay',
  section: 'player',
  isEnabled: () => ready.value !== undefined,
} as const

export const replayActions: readonly Action[] = [
  {
    ...common,
    name: 'replay.toggle',
    label: () => (ready.value?.status === 'playing' ? 'Pause' : 'Play'),
    shortcuts: ['Space'],
    perform: () => send({ type: ready.peek()?.status === 'playing' ? 'pause' : 'play' }),
  },
  {
    ...common,
    name: 'replay.stepForward',
    label: 'Step forward',
    shortcuts: ['ArrowRight'],
    repeats: true,
    perform: () => send({ type: 'step', by: 1 }),
  },
  {
    ...common,
    name: 'replay.stepBack',
    label: 'Step back',
    shortcuts: ['ArrowLeft'],
    repeats: true,
    perform: () => send({ type: 'step', by: -1 }),
  },
  {
    ...common,
    name: 'replay.toStart',
    label: 'To the start',
    shortcuts: ['Home'],
    perform: () => send({ type: 'seek', step: 0 }),
  },
  {
    ...common,
    name: 'replay.toEnd',
    label: 'To the end',
    shortcuts: ['End'],
    perform: () => send({ type: 'seek', step: ready.peek()?.steps ?? 0 }),
  },
  {
    ...common,
    name: 'replay.loop',
    label: 'Loop',
    shortcuts: ['L'],
    isChecked: () => ready.value?.loop ?? false,
    perform: () => send({ type: 'loop', loop: !(ready.peek()?.loop ?? false) }),
  },
  {
    ...common,
    name: 'replay.verify',
    label: 'Verify the rollout',
    section: 'tools',
    shortcuts: ['V'],
    perform: () => {
      openTool.value = 'verify'
      return verify()
    },
  },
]
