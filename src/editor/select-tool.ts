/** The select tool: clicks choose, also through stacks; drags move, turn, resize, or draw a box around things. */
import { wrap } from '../scene/formula.ts'
import { withCarried } from './clipboard.ts'
import { type Item, keyOf, type SceneDraft, sameItem } from './draft.ts'
import { drawnScene } from './drawn.ts'
import type { Gesture } from './editor.ts'
import { add, boxAround, distance, keyPointsOf, middleOf, type Point, subtract, tidy } from './geometry.ts'
import { degrees, dragHandle, type Handle, handlesOf, metres } from './handles.ts'
import { itemsAt, itemsIn, nextAt } from './pick.ts'
import { snap, snapTargets } from './snap.ts'
import { ARC, type Drag, type Pointer, REACH, THRESHOLD, type Tool, type Workbench } from './tool.ts'
import { bodiesOf, boxOf, moveItems, placeOf, rotateItems } from './transform.ts'

/** Angles that turning snaps to, rad. */
const TURN = Math.PI / 12
/** How far above a selection its handle for turning is, px. */
const TURN_HANDLE = 30
/** Key points of what is dragged that are held against targets: more cost time and say nothing new. */
const MOST_POINTS = 200

export function selectTool(bench: Workbench): Tool {
  return {
    press(pointer) {
      const { draft, selection, locked, hidden } = bench.editor.state.peek()
      const tolerance = REACH * pointer.pixel
      const handle = handleAt(draft, selection, pointer)
      if (handle) return dragOfHandle(bench, selection[0]!, handle)
      const turn = turnHandleOf(draft, selection, pointer.pixel)
      if (turn && distance(turn, pointer.at) <= tolerance) return dragOfTurn(bench, pointer)
      const here = itemsAt(draft, pointer.at, tolerance, hidden).filter((item) => !locked.has(keyOf(item)))
      return here.length > 0 ? dragOfItems(bench, pointer, here) : dragOfBox(bench, pointer)
    },
  }
}

/** The handles of what is selected: of one item alone. */
export function selectedHandles(draft: SceneDraft, selection: readonly Item[], pixel: number): Handle[] {
  const [item] = selection
  return item && selection.length === 1 ? handlesOf(draft, item, ARC * pixel) : []
}

/** Where a selection of bodies is turned by; undefined where there is nothing to turn. */
export function turnHandleOf(draft: SceneDraft, selection: readonly Item[], pixel: number): Point | undefined {
  const bodies = selection.filter(({ list }) => list === 'bodies')
  const box = boxOf(draft, bodies)
  return box && [middleOf(box)[0], box.maxY + TURN_HANDLE * pixel]
}

function handleAt(draft: SceneDraft, selection: readonly Item[], { at, pixel }: Pointer): Handle | undefined {
  return selectedHandles(draft, selection, pixel)
    .map((handle) => ({ handle, far: distance(handle.at, at) }))
    .filter(({ far }) => far <= REACH * pixel)
    .sort((a, b) => a.far - b.far)[0]?.handle
}

function dragOfHandle(bench: Workbench, item: Item, handle: Handle): Drag {
  const { editor } = bench
  const gesture = editor.begin(handle.kind === 'range' ? `Range of ${item.name}` : `Resize ${item.name}`)
  const others = snapTargets(editor.draft.peek(), new Set([item.name]))
  return {
    move(now) {
      const found =
        now.free || handle.kind === 'range'
          ? { by: [0, 0] as Point, guides: [] }
          : snap([now.at], handle.kind === 'point' ? others : [], REACH * now.pixel, now.grid)
      const to = add(now.at, found.by)
      gesture.update(({ draft }) => ({ draft: dragHandle(draft, item, handle.id, to) }))
      const [shown] = handlesOf(editor.draft.peek(), item, ARC * now.pixel).filter(({ id }) => id === handle.id)
      bench.show({ guides: found.guides, ...(shown && { label: { at: shown.at, text: shown.label } }) })
    },
    ...endings(bench, gesture),
  }
}

/** Nothing is shown beside the pointer any more, and the gesture is one step of the history, or none. */
function endings(bench: Workbench, gesture: Gesture): Pick<Drag, 'end' | 'cancel'> {
  return {
    end() {
      bench.show({})
      gesture.commit()
    },
    cancel() {
      bench.show({})
      gesture.cancel()
    },
  }
}

function dragOfTurn(bench: Workbench, pressed: Pointer): Drag {
  const { editor } = bench
  const { draft, selection } = editor.state.peek()
  const items = pressed.alt ? selection : withCarried(draft, selection)
  const pivot = pivotOf(draft, selection)
  const gesture = editor.begin(`Turn ${wordsFor(selection)}`)
  const angleOf = ([x, y]: Point): number => Math.atan2(y - pivot[1], x - pivot[0])
  const start = angleOf(pressed.at)
  return {
    move(now) {
      const bare = wrap(angleOf(now.at) - start)
      const angle = now.free ? bare : Math.round(bare / TURN) * TURN
      gesture.update((state) => ({ draft: rotateItems(state.draft, items, pivot, angle) }))
      bench.show({ label: { at: now.at, text: degrees(angle) }, target: pivot })
    },
    ...endings(bench, gesture),
  }
}

/** A body turns about the joint that carries it; anything else about its middle. */
function pivotOf(draft: SceneDraft, selection: readonly Item[]): Point {
  const bodies = selection.filter(({ list }) => list === 'bodies')
  const joint = drawnScene(draft).joints.find(({ child }) => bodies.length === 1 && child === bodies[0]!.name)
  return joint?.anchor ?? middleOf(boxOf(draft, bodies)!)
}

function dragOfItems(bench: Workbench, pressed: Pointer, here: readonly Item[]): Drag {
  const { editor } = bench
  const before = editor.selection.peek()
  const isChosen = (item: Item): boolean => before.some((each) => sameItem(each, item))
  const chosen = here.find(isChosen)
  // What moves is what is selected, where the press is on it; else what lies uppermost.
  if (!chosen && !pressed.shift && !pressed.alt) editor.select([here[0]!])
  let move: Drag | undefined
  return {
    move(now) {
      if (!move && distance(now.at, pressed.at) < THRESHOLD * now.pixel) return
      move ??= dragOfMove(bench, pressed)
      move?.move(now)
    },
    end(now) {
      if (move) return move.end(now)
      if (pressed.shift) {
        const target = here[0]!
        editor.select(isChosen(target) ? before.filter((item) => !sameItem(item, target)) : [...before, target])
      } else if (chosen || pressed.alt) {
        const next = nextAt(here, before)
        if (next) editor.select([next])
      }
    },
    cancel: () => move?.cancel(),
  }
}

function dragOfMove(bench: Workbench, pressed: Pointer): Drag | undefined {
  const { editor } = bench
  const { draft, selection, locked } = editor.state.peek()
  const free = selection.filter((item) => !locked.has(keyOf(item)))
  if (free.length === 0) return undefined
  const items = pressed.alt ? free : withCarried(draft, free)
  const bodies = bodiesOf(draft, items)
  const alone = items
    .filter(({ list }) => list !== 'bodies')
    .flatMap((item): Point[] => {
      const place = placeOf(draft, item)
      return place ? [place] : []
    })
  const points = [...bodiesOf(draft, free).map(({ position }) => position), ...alone, ...bodies.flatMap(keyPointsOf)]
  const held: readonly Point[] = points.slice(0, MOST_POINTS)
  const targets = snapTargets(draft, new Set(bodies.map(({ name }) => name)))
  const gesture = editor.begin(`Move ${wordsFor(free)}`)
  return {
    move(now) {
      let [dx, dy] = subtract(now.at, pressed.at)
      if (now.shift) [dx, dy] = Math.abs(dx) >= Math.abs(dy) ? [dx, 0] : [0, dy]
      const moved = held.map((point) => add(point, [dx, dy]))
      const found = now.free ? { by: [0, 0] as Point, guides: [] } : snap(moved, targets, REACH * now.pixel, now.grid)
      const by: Point = [tidy(dx + found.by[0]), tidy(dy + found.by[1])]
      gesture.update((state) => ({ draft: moveItems(state.draft, items, by) }))
      bench.show({
        guides: found.guides,
        label: { at: now.at, text: `${metres(by[0])}, ${metres(by[1])}` },
        ...('target' in found && found.target && { target: found.target.at }),
      })
    },
    ...endings(bench, gesture),
  }
}

function dragOfBox(bench: Workbench, pressed: Pointer): Drag {
  const { editor } = bench
  const { draft, selection, locked, hidden } = editor.state.peek()
  let isDragged = false
  return {
    move(now) {
      isDragged ||= distance(now.at, pressed.at) >= THRESHOLD * now.pixel
      if (!isDragged) return
      const marquee = boxAround([pressed.at, now.at], 0)
      bench.show({ marquee })
      const inside = itemsIn(draft, marquee, hidden).filter((item) => !locked.has(keyOf(item)))
      editor.select(pressed.shift ? [...selection, ...inside] : inside)
    },
    end() {
      bench.show({})
      if (!isDragged && !pressed.shift) editor.select([])
    },
    cancel() {
      bench.show({})
      editor.select(selection)
    },
  }
}

function wordsFor(items: readonly Item[]): string {
  return items.length === 1 ? items[0]!.name : `${items.length} items`
}
