/** Actions of the player of rollouts. */
import { computed } from '@preact/signals'
import type { Action } from '../app/actions/action.ts'
import { follow, followChoices, followed, followWords, nextFollowed } from './camera.ts'
import { chooseFiles } from './drop/open-file.ts'
import { neighbourOf } from './library/listing.ts'
import { deleted, listed, undoDelete } from './library/state.ts'
import { onion, showGhost, shownGhost } from './overlay/state.ts'
import { nextSpeed, SPEEDS } from './player.ts'
import { openRollout, player, send } from './state.ts'
import { goToMark } from './timeline/state.ts'
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

const library = { group: 'Replay', workspace: 'replay', section: 'library' } as const

export const replayActions: readonly Action[] = [
  {
    name: 'replay.openFile',
    label: 'Open rollout file…',
    group: 'File',
    section: 'open',
    shortcuts: ['$mod+Alt+O'],
    perform: chooseFiles,
  },
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
    name: 'replay.forward10',
    label: 'Ten steps forward',
    shortcuts: ['Shift+ArrowRight'],
    repeats: true,
    perform: () => send({ type: 'step', by: 10 }),
  },
  {
    ...common,
    name: 'replay.back10',
    label: 'Ten steps back',
    shortcuts: ['Shift+ArrowLeft'],
    repeats: true,
    perform: () => send({ type: 'step', by: -10 }),
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
    name: 'replay.nextMark',
    label: 'To the next mark',
    shortcuts: ['M'],
    repeats: true,
    perform: () => goToMark(1),
  },
  {
    ...common,
    name: 'replay.previousMark',
    label: 'To the mark before',
    shortcuts: ['Shift+M'],
    repeats: true,
    perform: () => goToMark(-1),
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
    name: 'replay.faster',
    label: 'Faster',
    shortcuts: [']'],
    isEnabled: () => player.value.speed < SPEEDS.at(-1)!,
    perform: () => send({ type: 'speed', speed: nextSpeed(player.peek().speed, 1) }),
  },
  {
    ...common,
    name: 'replay.slower',
    label: 'Slower',
    shortcuts: ['['],
    isEnabled: () => player.value.speed > SPEEDS[0],
    perform: () => send({ type: 'speed', speed: nextSpeed(player.peek().speed, -1) }),
  },
  {
    ...common,
    name: 'replay.followNext',
    label: () => `Follow ${followWords(nextFollowed(followChoices.value, followed.value))}`,
    section: 'camera',
    shortcuts: ['Shift+F'],
    isEnabled: () => ready.value !== undefined && followChoices.value.length > 1,
    perform: () => follow(nextFollowed(followChoices.peek(), followed.peek())),
  },
  {
    ...common,
    name: 'replay.export',
    label: 'Export as video, picture or table…',
    section: 'tools',
    shortcuts: ['E'],
    perform: () => {
      openTool.value = 'export'
    },
  },
  {
    ...common,
    name: 'replay.ghost',
    label: 'Second rollout as a ghost…',
    section: 'tools',
    shortcuts: ['G'],
    perform: () => {
      openTool.value = 'ghost'
    },
  },
  {
    ...common,
    name: 'replay.removeGhost',
    label: 'Remove the ghost',
    section: 'tools',
    shortcuts: ['Shift+G'],
    isEnabled: () => ready.value !== undefined && shownGhost.value !== undefined,
    perform: () => showGhost(undefined),
  },
  {
    ...common,
    name: 'replay.onion',
    label: 'Onion skin',
    section: 'tools',
    shortcuts: ['O'],
    isChecked: () => onion.value.isOn,
    perform: () => {
      onion.value = { ...onion.peek(), isOn: !onion.peek().isOn }
    },
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
  {
    ...library,
    name: 'replay.next',
    label: 'Open the next rollout',
    shortcuts: ['Alt+ArrowDown'],
    perform: () => openNeighbour(1),
  },
  {
    ...library,
    name: 'replay.previous',
    label: 'Open the rollout before',
    shortcuts: ['Alt+ArrowUp'],
    perform: () => openNeighbour(-1),
  },
  {
    ...library,
    name: 'replay.filter',
    label: 'Filter rollouts',
    shortcuts: ['/'],
    perform: () => document.querySelector<HTMLElement>('.library-filter input')?.focus(),
  },
  {
    ...library,
    name: 'replay.undoDelete',
    label: 'Take the deleted rollout back',
    shortcuts: ['$mod+Z'],
    isEnabled: () => deleted.value !== undefined,
    perform: undoDelete,
  },
]

function openNeighbour(by: 1 | -1): void {
  const state = player.peek()
  const entry = neighbourOf(listed.peek(), 'id' in state ? state.id : undefined, by)
  if (entry) void openRollout(entry.id)
}
