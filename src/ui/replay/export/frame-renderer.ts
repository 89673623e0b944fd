/** Draws frames of a rollout off screen with the stage's own painters: no window, no clock, the same picture for the same state. */
import 'pixi.js/unsafe-eval'
import { Container, WebGLRenderer } from 'pixi.js'
import type { Scene } from '../../../scene/schema.ts'
import type { StageColors } from '../../stage/colors.ts'
import { followTo } from '../../stage/follow.ts'
import { ghostColors, type StageGhost } from '../../stage/ghosts.ts'
import { GridPainter } from '../../stage/grid-painter.ts'
import { RobotPainter } from '../../stage/robot-painter.ts'
import type { Size, View } from '../../stage/view.ts'

export interface FrameState {
  /** [bodies × 3] x, y (m), angle (rad) */
  poses: Float32Array
  /** N·m or N: one a joint, then one a thruster. */
  efforts: Float32Array
  /** The nearest first. */
  ghosts: readonly StageGhost[]
}

export interface Camera {
  /** Of a picture of the frame's size, where the followed body is at `target`. */
  view: View
  /** Index of the body that the view goes along with; undefined: it stays. */
  followed: number | undefined
  /** m */
  target: { x: number; y: number } | undefined
}

export class FrameRenderer {
  /** What was drawn last. */
  readonly canvas: OffscreenCanvas
  readonly context: OffscreenCanvasRenderingContext2D
  private readonly renderer: WebGLRenderer
  private readonly scene: Scene
  private readonly size: Size
  private readonly colors: StageColors
  private readonly root = new Container()
  private readonly grid = new GridPainter()
  private readonly robot: RobotPainter
  private readonly ghosts: RobotPainter[] = []
  private camera: Camera

  private constructor(renderer: WebGLRenderer, scene: Scene, size: Size, colors: StageColors, camera: Camera) {
    this.renderer = renderer
    this.scene = scene
    this.size = size
    this.colors = colors
    this.camera = camera
    this.canvas = new OffscreenCanvas(size.width, size.height)
    this.context = this.canvas.getContext('2d', { alpha: false, willReadFrequently: true })!
    this.robot = new RobotPainter(scene)
    // Rulers are left out: they are for measuring on the stage.
    this.root.addChild(this.grid.background, this.robot.container)
  }

  /** `size` in pixels. Throws where there is no WebGL. */
  static async create(scene: Scene, size: Size, colors: StageColors, camera: Camera): Promise<FrameRenderer> {
    const renderer = new WebGLRenderer()
    await renderer.init({
      ...size,
      canvas: document.createElement('canvas'),
      // Software rendering, as automated tests use it, is several times slower with multisampling.
      antialias: !navigator.webdriver,
      backgroundColor: colors.background,
      resolution: 1,
      skipExtensionImports: true,
      powerPreference: 'low-power',
    })
    return new FrameRenderer(renderer, scene, size, colors, camera)
  }

  /** Draws a state into `canvas`; the camera goes along from that of the last one. */
  draw({ poses, efforts, ghosts }: FrameState): void {
    const { renderer, size, colors } = this
    const { followed, target } = this.camera
    if (followed !== undefined) {
      const now = { x: poses[followed * 3]!, y: poses[followed * 3 + 1]! }
      const view = target ? followTo(this.camera.view, size, target, now) : this.camera.view
      this.camera = { view, followed, target: now }
    }
    const { view } = this.camera
    this.grid.paint(view, size, colors)
    this.drawGhosts(ghosts, view)
    this.robot.paint(view, size, colors, poses, efforts)
    renderer.render(this.root)
    // In the same task: WebGL clears its picture afterwards.
    this.context.drawImage(renderer.canvas, 0, 0)
  }

  destroy(): void {
    this.robot.destroy()
    for (const painter of this.ghosts) painter.destroy()
    this.grid.destroy()
    this.renderer.destroy()
  }

  private drawGhosts(states: readonly StageGhost[], view: View): void {
    while (this.ghosts.length < states.length) {
      const painter = new RobotPainter(this.scene, { bodiesOnly: true })
      this.ghosts.push(painter)
      this.root.addChildAt(painter.container, 1)
    }
    this.ghosts.forEach((painter, index) => {
      const ghost = states[index]
      painter.container.visible = ghost !== undefined
      if (!ghost) return
      painter.container.alpha = ghost.alpha
      painter.paint(view, this.size, ghostColors(this.colors, ghost.kind), ghost.poses, undefined)
    })
  }
}
