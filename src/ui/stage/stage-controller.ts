/** One stage on the page: its WebGL canvas, its view and the pointer; it paints when something changed and never else. */
import 'pixi.js/unsafe-eval'
import { type ReadonlySignal, signal } from '@preact/signals'
import { Container, Ticker, WebGLRenderer } from 'pixi.js'
import type { Scene } from '../../scene/schema.ts'
import { sceneBounds } from './bounds.ts'
import { readStageColors, type StageColors } from './colors.ts'
import { followedBody, followTo } from './follow.ts'
import { ghostColors, type StageGhost } from './ghosts.ts'
import { GridPainter, RULERS } from './grid-painter.ts'
import { OverlayPainter, type StageOverlays } from './overlay-painter.ts'
import { drawForProcessor, rendersInSoftware } from './rendering.ts'
import { RobotPainter } from './robot-painter.ts'
import { fitView, type Insets, type Point, panBy, type Size, screenToWorld, type View, zoomAt } from './view.ts'

/** Room around a fitted scene, px. */
const FIT_MARGIN = 40
/** Zoom of one notch of a wheel, and of the keys. */
const KEY_ZOOM = 1.25
const KEY_PAN = 40

// Pixi's own ticker asks for every frame for ever; it is moved on by hand, as its clean-up of textures needs.
Ticker.system.autoStart = false
Ticker.system.stop()

/** What follows a press: it hears of every move until the button is let go, wherever the pointer is. */
export interface StageGesture {
  /** `point`: in the world, m. */
  move(point: Point, event: PointerEvent): void
  end(): void
}
export type StagePress = (point: Point, event: PointerEvent) => StageGesture | undefined

export class StageController {
  /** Where the stage looks, for what is laid over it. */
  readonly looking: ReadonlySignal<{ view: View; size: Size }>
  private readonly looks = signal<{ view: View; size: Size }>({
    view: { x: 0, y: 0, scale: 100 },
    size: { width: 0, height: 0 },
  })
  private readonly element: HTMLElement
  private readonly root = new Container()
  private readonly grid = new GridPainter()
  private readonly stopListening = new AbortController()
  private readonly resizing = new ResizeObserver(() => this.resize())
  private renderer: WebGLRenderer | undefined
  private robot: RobotPainter | undefined
  /** The nearest first; painters are kept for reuse. */
  private ghosts: readonly StageGhost[] = []
  private ghostPainters: RobotPainter[] = []
  private overlay: OverlayPainter | undefined
  private overlays: StageOverlays | undefined
  /** Asked first when the pointer goes down (see setPress). */
  private press: StagePress | undefined
  private scene: Scene | undefined
  private colors: StageColors = readStageColors()
  private poses: Float32Array | undefined
  private efforts: Float32Array | undefined
  private view: View = { x: 0, y: 0, scale: 100 }
  private size: Size = { width: 0, height: 0 }
  /** The view is the fitted one, and follows the size of the window. */
  private isFitted = true
  /** Index of the body that the view goes along with; undefined where the robot stays where it is. */
  private followed: number | undefined
  /** Instead of the robot (follow.ts). */
  private chosenBody: number | undefined
  private isFollowing = true
  /** Where the followed body was when the view last went along, m. */
  private target: Point | undefined
  private frame = 0
  private isClosed = false

  /** `onProblem` says in words why nothing can be drawn. */
  constructor(element: HTMLElement, onProblem: (problem: string) => void) {
    this.element = element
    this.looking = this.looks
    this.root.addChild(this.grid.background, this.grid.foreground)
    this.listen()
    this.start().catch((error: unknown) => {
      console.warn(error)
      onProblem(
        'The stage cannot be drawn: this window has no WebGL. Turn on hardware acceleration, or update the graphics driver.',
      )
    })
  }

  /** Shows another scene, and all of it; with `keepsView`, an edited one where the old one was. */
  setScene(scene: Scene, { keepsView = false } = {}): void {
    if (scene === this.scene) return
    if (keepsView && this.scene && this.robot?.update(scene)) {
      this.overlay?.update(scene)
      this.scene = scene
      this.schedule()
      return
    }
    this.robot?.destroy()
    this.overlay?.destroy()
    for (const painter of this.ghostPainters.splice(0)) painter.destroy()
    this.ghosts = []
    this.robot = new RobotPainter(scene)
    this.overlay = new OverlayPainter(scene)
    this.root.addChildAt(this.robot.container, 1)
    this.root.addChildAt(this.overlay.graphics, 2)
    this.scene = scene
    this.followed = this.chosenBody ?? followedBody(scene)
    this.target = undefined
    if (keepsView) {
      this.isFitted = false
      this.schedule()
    } else this.fit()
  }

  /** Where the bodies are and what the actuators exert (Stage's `poses` and `efforts`); the view follows the robot. */
  setState(poses: Float32Array | undefined, efforts: Float32Array | undefined): void {
    this.poses = poses
    this.efforts = efforts
    this.follow()
    this.schedule()
  }

  /** Where the robot is drawn as well, faint and behind it: the first lies above the others. */
  setGhosts(ghosts: readonly StageGhost[]): void {
    this.ghosts = ghosts
    this.schedule()
  }

  /** What is drawn over the robot besides it; nothing where undefined. */
  setOverlays(overlays: StageOverlays | undefined): void {
    this.overlays = overlays
    this.schedule()
  }

  /** Who takes a press of the left button before it pans: it gets the world's point and returns what follows, or undefined. */
  setPress(press: StagePress | undefined): void {
    this.press = press
  }

  /** Whether the view goes along with a robot that is not tied to the ground. Turned on, it brings the robot into view. */
  setFollowing(isFollowing: boolean): void {
    if (isFollowing === this.isFollowing) return
    this.isFollowing = isFollowing
    if (isFollowing) this.fit()
  }

  /** Has the view go along with this body (its index in the scene), or with the robot where undefined. */
  setFollowedBody(body: number | undefined): void {
    this.chosenBody = body
    const followed = body ?? (this.scene && followedBody(this.scene))
    if (followed === this.followed) return
    this.followed = followed
    this.target = undefined
    this.fit()
  }

  /** Takes the colours of the theme again. */
  updateColors(): void {
    this.colors = readStageColors()
    this.schedule()
  }

  /** Zooms so that all of the scene is seen. */
  fit(): void {
    this.isFitted = true
    if (this.scene) {
      const insets = Object.fromEntries(
        Object.entries(RULERS).map(([edge, width]) => [edge, width + FIT_MARGIN]),
      ) as unknown as Insets
      this.view = fitView(sceneBounds(this.scene), this.size, insets)
      // The scene as drawn, moved to where the robot is now.
      this.target = this.drawnTarget()
      this.follow()
    }
    this.schedule()
  }

  /** Zooms at a point (px from the canvas's corner), or at its middle. */
  zoom(factor: number, at: Point = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    this.setView(zoomAt(this.view, this.size, at, factor))
  }

  pan(dx: number, dy: number): void {
    this.setView(panBy(this.view, dx, dy))
  }

  destroy(): void {
    this.isClosed = true
    cancelAnimationFrame(this.frame)
    this.stopListening.abort()
    this.resizing.disconnect()
    this.robot?.destroy()
    this.overlay?.destroy()
    for (const painter of this.ghostPainters) painter.destroy()
    this.grid.destroy()
    this.renderer?.canvas.remove()
    this.renderer?.destroy()
    this.renderer = undefined
  }

  private async start(): Promise<void> {
    drawForProcessor()
    const renderer = new WebGLRenderer()
    await renderer.init({
      // Software rendering is several times slower with multisampling, and takes its time from what trains.
      antialias: !rendersInSoftware(),
      backgroundColor: this.colors.background,
      resolution: window.devicePixelRatio,
      autoDensity: true,
      skipExtensionImports: true,
      powerPreference: 'low-power',
    })
    if (this.isClosed) return renderer.destroy()
    this.renderer = renderer
    renderer.canvas.setAttribute('aria-hidden', 'true')
    renderer.canvas.addEventListener('webglcontextrestored', () => this.schedule())
    this.element.prepend(renderer.canvas)
    this.resizing.observe(this.element)
    this.resize()
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.element
    // A hidden workspace has no size; it keeps its view until it is shown again.
    if (!this.renderer || width === 0 || height === 0) return
    this.size = { width, height }
    this.renderer.resize(width, height, window.devicePixelRatio)
    if (this.isFitted) this.fit()
    // A resized canvas is blank until it is painted: waiting for the next frame would flash.
    this.paint()
  }

  private follow(): void {
    const { scene, followed, poses, target, isFollowing } = this
    if (!scene || followed === undefined || !isFollowing || this.size.width === 0) return
    // Poses of another scene may still be on their way while scenes change.
    if (poses && poses.length !== scene.bodies.length * 3) return
    const now = poses ? { x: poses[followed * 3]!, y: poses[followed * 3 + 1]! } : this.drawnTarget()
    if (now && target) this.view = followTo(this.view, this.size, target, now)
    this.target = now
  }

  private drawnTarget(): Point | undefined {
    const body = this.followed === undefined ? undefined : this.scene?.bodies[this.followed]
    return body && { x: body.position[0], y: body.position[1] }
  }

  private setView(view: View): void {
    this.isFitted = false
    this.view = view
    this.schedule()
  }

  private schedule(): void {
    if (this.frame !== 0 || !this.renderer) return
    this.frame = requestAnimationFrame(() => this.paint())
  }

  private paint(): void {
    cancelAnimationFrame(this.frame)
    this.frame = 0
    const { renderer, view, size, colors } = this
    if (!renderer || this.element.clientWidth === 0) return
    renderer.background.color = colors.background
    this.grid.paint(view, size, colors)
    this.paintGhosts()
    this.robot?.paint(view, size, colors, this.poses, this.efforts)
    this.overlay?.paint(view, size, colors, this.poses, this.overlays)
    renderer.render(this.root)
    const seen = this.looks.peek()
    if (seen.view !== view || seen.size !== size) this.looks.value = { view, size }
    Ticker.system.update(performance.now())
  }

  private paintGhosts(): void {
    const { scene, ghosts, ghostPainters, view, size, colors } = this
    while (scene && ghostPainters.length < ghosts.length) {
      const painter = new RobotPainter(scene, { bodiesOnly: true })
      ghostPainters.push(painter)
      this.root.addChildAt(painter.container, 1)
    }
    ghostPainters.forEach((painter, index) => {
      const ghost = ghosts[index]
      painter.container.visible = ghost !== undefined
      if (!ghost) return
      painter.container.alpha = ghost.alpha
      painter.paint(view, size, ghostColors(colors, ghost.kind), ghost.poses, undefined)
    })
  }

  private listen(): void {
    const { element } = this
    const { signal } = this.stopListening
    let from: Point | undefined
    let gesture: StageGesture | undefined
    const worldPoint = (event: MouseEvent): Point => {
      const corner = element.getBoundingClientRect()
      return screenToWorld(this.view, this.size, event.clientX - corner.left, event.clientY - corner.top)
    }
    element.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button > 1 || (event.target as Element).closest('.stage-overlay')) return
        // The middle button would start the browser's own scrolling.
        if (event.button === 1) event.preventDefault()
        if (event.button === 0) gesture = this.press?.(worldPoint(event), event)
        if (gesture) return element.setPointerCapture(event.pointerId)
        from = { x: event.clientX, y: event.clientY }
        element.setPointerCapture(event.pointerId)
        element.classList.add('panning')
      },
      { signal },
    )
    element.addEventListener(
      'pointermove',
      (event) => {
        gesture?.move(worldPoint(event), event)
        if (!from) return
        this.pan(event.clientX - from.x, event.clientY - from.y)
        from = { x: event.clientX, y: event.clientY }
      },
      { signal },
    )
    const release = () => {
      gesture?.end()
      gesture = undefined
      from = undefined
      element.classList.remove('panning')
    }
    element.addEventListener('pointerup', release, { signal })
    element.addEventListener('lostpointercapture', release, { signal })
    element.addEventListener('pointercancel', release, { signal })
    element.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault()
        const corner = element.getBoundingClientRect()
        // Lines are about 16 px each; a pinch comes as small steps with Ctrl.
        const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1) * (event.ctrlKey ? 8 : 1)
        this.zoom(Math.exp(-pixels * 0.0015), { x: event.clientX - corner.left, y: event.clientY - corner.top })
      },
      { signal, passive: false },
    )
    element.addEventListener(
      'dblclick',
      (event) => {
        if (!(event.target as Element).closest('.stage-overlay')) this.fit()
      },
      { signal },
    )
    element.addEventListener('keydown', (event) => this.onKey(event), { signal })
  }

  private onKey(event: KeyboardEvent): void {
    if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey) return
    const actions: Record<string, () => void> = {
      '+': () => this.zoom(KEY_ZOOM),
      '=': () => this.zoom(KEY_ZOOM),
      '-': () => this.zoom(1 / KEY_ZOOM),
      '0': () => this.fit(),
      ArrowLeft: () => this.pan(KEY_PAN, 0),
      ArrowRight: () => this.pan(-KEY_PAN, 0),
      ArrowUp: () => this.pan(0, KEY_PAN),
      ArrowDown: () => this.pan(0, -KEY_PAN),
    }
    const action = actions[event.key]
    if (!action) return
    event.preventDefault()
    action()
  }
}
