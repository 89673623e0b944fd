/** The window's actions as a whole: names and keys are unique, everything can be reached, and they find themselves. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

// The list is made by modules of a window: they find a bridge to a host that never answers, and a browser's few functions.
vi.stubGlobal('window', {
  torquelab: { post() {}, on() {} },
  matchMedia: () => ({ matches: false, addEventListener() {} }),
})
vi.stubGlobal('document', { documentElement: { dataset: {} } })
vi.stubGlobal('requestAnimationFrame', () => 0)
afterAll(() => vi.unstubAllGlobals())

const { ACTION_GROUPS, labelOf, overlap } = await import('../../src/ui/app/actions/action.ts')
type Action = import('../../src/ui/app/actions/action.ts').Action
const { filterActions } = await import('../../src/ui/app/actions/filter.ts')
const registry = await import('../../src/ui/app/actions/registry.ts')
const { acceleratorOf, shortcutText } = await import('../../src/ui/app/actions/shortcuts.ts')
const { workspace } = await import('../../src/ui/app/state.ts')
const { windowActions } = await import('../../src/ui/app/actions/window-actions.ts')
const { playActions } = await import('../../src/ui/design/actions.ts')
const { canvasActions } = await import('../../src/ui/design/canvas-actions.ts')
const { fileActions } = await import('../../src/ui/design/files.ts')
const { editActions } = await import('../../src/ui/design/edit-actions.ts')
const { overlayActionsOf, overlaysOf } = await import('../../src/ui/design/overlays.ts')
const { taskActions } = await import('../../src/ui/design/task/actions.ts')
const { LivePlay } = await import('../../src/ui/play/live-play.ts')
const { replayActions } = await import('../../src/ui/replay/actions.ts')
const { stageActions } = await import('../../src/ui/stage/actions.ts')
const { actionsOfView } = await import('../../src/ui/train/actions.ts')
const { view } = await import('../../src/ui/train/state.ts')
const { watchActions } = await import('../../src/ui/train/watch/actions.ts')
const { speedChange, strongest, weakest } = await import('../../src/ui/train/watch/push.ts')

const play = new LivePlay()
const lists = [
  fileActions,
  canvasActions,
  windowActions,
  editActions,
  stageActions,
  playActions(play),
  overlayActionsOf('design'),
  taskActions(play),
  replayActions,
]
for (const list of lists) registry.registerActions(list)
registry.registerActions(actionsOfView)
const everyAction = () => [...lists.flat(), ...actionsOfView()]

/** Keys that a browser or a system keeps for itself, whatever a page wants. */
const TAKEN = ['$mod+W', '$mod+T', '$mod+N', '$mod+Q', 'F11', 'F12', '$mod+R', 'F5']

describe.each(['run', 'watch', 'runs'] as const)('every action, where Train shows "%s"', (shown) => {
  let actions: readonly Action[] = []
  beforeAll(() => {
    view.value = shown
    actions = everyAction()
  })
  afterAll(() => {
    view.value = 'run'
  })

  test('has a name of its own', () => {
    const names = actions.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  test('shares no shortcut with another that can be there at the same time', () => {
    const collisions = actions.flatMap((action, index) =>
      actions
        .slice(index + 1)
        .filter((other) => overlap(action, other) && normalised(action).some((key) => normalised(other).includes(key)))
        .map((other) => `${action.name} and ${other.name}`),
    )
    expect(collisions).toEqual([])
  })

  test('takes no key that the browser keeps', () => {
    expect(actions.filter((action) => action.shortcuts?.some((key) => TAKEN.includes(key)))).toEqual([])
  })

  test('is in a menu and in the palette of its workspace', () => {
    for (const action of actions) {
      workspace.value = action.workspace ?? 'train'
      const listed = registry.menus.value.flatMap(({ sections }) => sections.flat())
      expect(listed, action.name).toContain(action)
      expect(filterActions(registry.actionsHere.value, labelOf(action)), action.name).toContain(action)
      expect(ACTION_GROUPS).toContain(action.group)
    }
  })

  test('is not offered in another workspace', () => {
    workspace.value = 'replay'
    expect(registry.actionsHere.value.filter((action) => action.workspace === 'design')).toEqual([])
    const performed = vi.fn()
    const stop = registry.registerActions([
      { name: 'test.elsewhere', label: 'Elsewhere', group: 'Edit', workspace: 'design', perform: performed },
    ])
    registry.performNamed('test.elsewhere')
    expect(performed).not.toHaveBeenCalled()
    workspace.value = 'design'
    registry.performNamed('test.elsewhere')
    expect(performed).toHaveBeenCalledOnce()
    stop()
    registry.performNamed('test.elsewhere')
    expect(performed).toHaveBeenCalledOnce()
  })

  test('that cannot be done now is not done', () => {
    const performed = vi.fn()
    const action: Action = { name: 'x', label: 'X', group: 'Edit', isEnabled: () => false, perform: performed }
    registry.perform(action)
    expect(performed).not.toHaveBeenCalled()
  })
})

describe('the palette', () => {
  const actions = everyAction()
  const find = (query: string) => filterActions(actions, query).map(labelOf)

  test('finds by beginnings of words first, then by parts, then by letters in order', () => {
    expect(find('zoom f')[0]).toBe('Zoom to fit')
    expect(find('real')[0]).toBe('Real time')
    expect(find('ztf')).toEqual(['Zoom to fit'])
    expect(find('zoom zebra')).toEqual([])
    expect(find('')).toHaveLength(actions.length)
  })
})

describe('where a policy is watched', () => {
  const keyOf = (name: string) =>
    actionsOfView()
      .find((action) => action.name === name)
      ?.shortcuts?.at(0)

  test('Space is for its play, and elsewhere for the training', () => {
    view.value = 'watch'
    expect([keyOf('watch.toggle'), keyOf('train.pause')]).toEqual(['Space', undefined])
    expect(actionsOfView().map(({ name }) => name)).toContain('train.pause')
    view.value = 'run'
    expect([keyOf('watch.toggle'), keyOf('train.pause')]).toEqual([undefined, 'Space'])
  })

  test('nothing is done to a robot that is not there', () => {
    const done = watchActions.filter(({ name }) => /push(Left|Right)|giveBack|step|toggle|reset/.test(name))
    expect(done).toHaveLength(7)
    expect(done.filter((action) => registry.isEnabled(action))).toEqual([])
  })

  test('contacts, joints, centres of mass and velocities are shown over the robot by the keys that Design has for them', () => {
    view.value = 'watch'
    const ofDesign = overlayActionsOf('design')
    const overlays = overlaysOf(play)
    const shownBy = (name: string) => {
      const action = actionsOfView().find((each) => each.name === name)!
      registry.perform(action)
      const { jointAxes, centresOfMass } = overlays.value ?? {}
      const isChecked = action.isChecked?.()
      registry.perform(action)
      return { jointAxes, centresOfMass, isChecked }
    }
    expect(ofDesign.map(({ name }) => keyOf(`watch.${name}`))).toEqual(ofDesign.map(({ shortcuts }) => shortcuts?.[0]))
    expect(shownBy('watch.overlay.jointAxes')).toEqual({ jointAxes: true, centresOfMass: false, isChecked: true })
    expect(shownBy('watch.overlay.centresOfMass')).toEqual({ jointAxes: false, centresOfMass: true, isChecked: true })
    expect(overlays.value).toBeUndefined()
    view.value = 'run'
    expect(actionsOfView().filter(({ name }) => name.startsWith('watch.'))).toEqual([])
  })

  test('a push grows and shrinks by keys, within its range', () => {
    const press = (name: string) => registry.perform(watchActions.find((action) => action.name === name)!)
    for (let count = 0; count < 50; count++) press('watch.pushStronger')
    expect(speedChange.value).toBe(strongest)
    press('watch.pushWeaker')
    expect(speedChange.value).toBe(1.9)
    for (let count = 0; count < 50; count++) press('watch.pushWeaker')
    expect(speedChange.value).toBe(weakest)
  })
})

test.each([
  ['Space', 'Space', 'Space'],
  ['$mod+Shift+L', 'Ctrl+Shift+L', 'Ctrl+Shift+L'],
  ['Shift+?', '?', undefined],
  ['ArrowLeft', '←', 'Left'],
  ['Shift++', '+', undefined],
  ['R', 'R', 'R'],
])('%s is written %s, and %s for Electron', (key, text, accelerator) => {
  expect(shortcutText(key)).toBe(text)
  expect(acceleratorOf({ shortcuts: [key] })).toBe(accelerator)
})

function normalised({ shortcuts = [] }: Action): string[] {
  return shortcuts.map((key) => key.toLowerCase())
}
