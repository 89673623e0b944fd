/** Actions that add to the scene without a pointer: at the middle of the view, or on what is selected. */
import type { Made } from '../../editor/create.ts'
import type { Item, SceneDraft } from '../../editor/draft.ts'
import { insertActuator, insertBody, insertJoint, insertMarker, insertSensor } from '../../editor/insert.ts'
import type { Action } from '../app/actions/action.ts'
import { stageOnShow } from '../stage/stages.ts'
import { editor } from './document.ts'

const common = { workspace: 'design', group: 'Insert' } as const

const insert = (label: string, make: (draft: SceneDraft, items: readonly Item[]) => Made) => () =>
  editor.apply(label, ({ draft, selection }) => {
    const { draft: made, item } = make(draft, selection)
    return { draft: made, selection: [item] }
  })

/** What the view shows: its middle, and the smaller of its sides, m. */
function viewed(): { at: [number, number]; extent: number } {
  const looking = stageOnShow()?.looking.peek()
  if (!looking || looking.size.width === 0) return { at: [0, 0], extent: 2 }
  const { view, size } = looking
  return { at: [view.x, view.y], extent: Math.min(size.width, size.height) / view.scale }
}

const bodies = { capsule: 'a capsule', circle: 'a circle', box: 'a box', ground: 'ground' } as const
const joints = { hinge: 'a hinge', slider: 'a slider', weld: 'a weld' } as const
const isChosen = (list: Item['list'], count: number) => () =>
  editor.selection.value.filter((item) => item.list === list).length === count

export const insertActions: readonly Action[] = [
  ...Object.entries(bodies).map(
    ([type, words]): Action => ({
      ...common,
      name: `insert.${type}`,
      label: `Add ${words}`,
      section: 'add bodies',
      perform: insert(`Add ${words}`, (draft) => {
        const { at, extent } = viewed()
        return insertBody(draft, type as keyof typeof bodies, at, extent)
      }),
    }),
  ),
  ...Object.entries(joints).map(
    ([type, words]): Action => ({
      ...common,
      name: `insert.${type}`,
      label: `Join the selected bodies by ${words}`,
      section: 'add joints',
      contexts: ['outline'],
      isEnabled: isChosen('bodies', 2),
      perform: insert(`Add ${words}`, (draft, items) => insertJoint(draft, type as keyof typeof joints, items)),
    }),
  ),
  {
    ...common,
    name: 'insert.actuator',
    label: 'Add an actuator to the selection',
    section: 'add others',
    contexts: ['outline'],
    isEnabled: () => ['joints', 'bodies'].includes(editor.selection.value[0]?.list ?? ''),
    perform: insert('Add an actuator', insertActuator),
  },
  {
    ...common,
    name: 'insert.marker',
    label: 'Add a marker to the selected body',
    section: 'add others',
    contexts: ['outline'],
    isEnabled: isChosen('bodies', 1),
    perform: insert('Add a marker', insertMarker),
  },
  {
    ...common,
    name: 'insert.contact',
    label: 'Add a contact sensor to the selected body',
    section: 'add others',
    contexts: ['outline'],
    isEnabled: isChosen('bodies', 1),
    perform: insert('Add a contact sensor', (draft, items) => insertSensor(draft, 'contact', items)),
  },
  {
    ...common,
    name: 'insert.ray',
    label: 'Add a distance sensor to the selected body',
    section: 'add others',
    contexts: ['outline'],
    isEnabled: isChosen('bodies', 1),
    perform: insert('Add a distance sensor', (draft, items) => insertSensor(draft, 'ray', items)),
  },
]
