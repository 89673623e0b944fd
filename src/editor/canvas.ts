/**
 * The tools of the canvas as a small state tree: idle, pressed, dragging. A tool says what a press begins; the drag that it
 * returns hears of every move until the button is let go, and can be cancelled at any time. It knows no window.
 */
import { type ReadonlySignal, signal } from '@preact/signals-core'
import { polygonTool, shapeTool } from './draw-tools.ts'
import type { Editor } from './editor.ts'
import { actuatorTool, jointTool, markerTool } from './place-tools.ts'
import { selectTool } from './select-tool.ts'
import type { Drag, Feedback, Pointer, Tool, Workbench } from './tool.ts'

export const TOOLS = [
  'select',
  'pan',
  'capsule',
  'circle',
  'box',
  'polygon',
  'ground',
  'hinge',
  'slider',
  'weld',
  'actuator',
  'marker',
] as const
export type ToolName = (typeof TOOLS)[number]

export class Canvas {
  readonly tool: ReadonlySignal<ToolName>
  readonly feedback: ReadonlySignal<Feedback>
  private readonly chosen = signal<ToolName>('select')
  private readonly shown = signal<Feedback>({})
  private readonly tools: Partial<Record<ToolName, Tool>>
  private drag: Drag | undefined

  constructor(editor: Editor) {
    this.tool = this.chosen
    this.feedback = this.shown
    const bench: Workbench = {
      editor,
      show: (feedback) => {
        this.shown.value = feedback
      },
      done: () => this.choose('select'),
    }
    this.tools = {
      select: selectTool(bench),
      capsule: shapeTool(bench, 'capsule'),
      circle: shapeTool(bench, 'circle'),
      box: shapeTool(bench, 'box'),
      ground: shapeTool(bench, 'ground'),
      polygon: polygonTool(bench),
      hinge: jointTool(bench, 'hinge'),
      slider: jointTool(bench, 'slider'),
      weld: jointTool(bench, 'weld'),
      actuator: actuatorTool(bench),
      marker: markerTool(bench),
    }
  }

  /** Whether a press goes on. */
  get isBusy(): boolean {
    return this.drag !== undefined
  }

  choose(tool: ToolName): void {
    this.drag?.cancel()
    this.drag = undefined
    this.tools[this.chosen.peek()]?.cancel?.()
    this.shown.value = {}
    this.chosen.value = tool
  }

  /** The button goes down; whether the tool takes it. */
  press(pointer: Pointer): boolean {
    this.drag?.cancel()
    this.drag = this.tools[this.chosen.peek()]?.press(pointer)
    return this.drag !== undefined
  }

  move(pointer: Pointer): void {
    if (this.drag) this.drag.move(pointer)
    else this.tools[this.chosen.peek()]?.hover?.(pointer)
  }

  /** The button is let go. Throws a UserError where the tool could not do what was asked. */
  release(pointer: Pointer): void {
    const { drag } = this
    this.drag = undefined
    drag?.end(pointer)
  }

  finish(): void {
    this.tools[this.chosen.peek()]?.finish?.()
  }

  /** Escape: gives up the drag, then what a tool has begun, then the tool; whether there was anything to give up. */
  cancel(): boolean {
    if (this.drag) {
      this.drag.cancel()
      this.drag = undefined
      return true
    }
    if (this.tools[this.chosen.peek()]?.cancel?.()) return true
    if (this.chosen.peek() === 'select') return false
    this.choose('select')
    return true
  }
}
