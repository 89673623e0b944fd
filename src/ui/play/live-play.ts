/** Live play as the window sees it: signals of what goes on in the worker, and the commands. */
import { batch, computed, signal } from '@preact/signals'
import type { Scene } from '../../scene/schema.ts'
import type { Pull } from '../../sim/pull.ts'
import type { Push } from '../../sim/push.ts'
import type { PlayEvent, PlayFrame, PlayRequest } from './messages.ts'

/** How long a push is shown, ms. */
const PUSH_SHOWN = 400

export const MIN_SPEED = 0.1
export const MAX_SPEED = 10

export class LivePlay {
  /** The newest frame of the loaded scene; undefined until its first one is there. */
  readonly frame = signal<PlayFrame | undefined>(undefined)
  readonly poses = computed(() => this.frame.value?.poses)
  readonly efforts = computed(() => this.frame.value?.efforts)
  readonly playing = computed(() => this.frame.value?.playing ?? false)
  readonly over = computed(() => Boolean(this.frame.value?.terminated || this.frame.value?.truncated))
  /** Why live play stopped, in words; only a reset goes on. */
  readonly problem = signal<string | undefined>(undefined)
  /** Whether a step can be done. */
  readonly ready = computed(
    () => this.frame.value !== undefined && !this.over.value && this.problem.value === undefined,
  )
  readonly canStepBack = computed(() => (this.frame.value?.step ?? 0) > 0 && this.problem.value === undefined)
  /** Whether the scene is as the reset left it: only there it is edited. */
  readonly atStart = computed(() => !this.playing.value && (this.frame.value?.step ?? 0) === 0)
  /** A hand that pulls at a body. */
  readonly pulling = signal<Pull | undefined>(undefined)
  /** The last push, for a moment. */
  readonly pushed = signal<Push | undefined>(undefined)
  /** Seed of the next reset. */
  readonly seed = signal(1)
  /** Simulated seconds a second. */
  readonly speed = signal(1)
  /** One value in [-1, 1] for each actuator; null where the policy acts. */
  readonly action = signal<readonly (number | null)[]>([])
  private policies: { policy: Uint8Array | undefined; ghost: Uint8Array | undefined } = {
    policy: undefined,
    ghost: undefined,
  }
  private isLooping = false
  private worker: Worker | undefined
  private scene: Scene | undefined
  private loads = 0
  private isHeld = false

  /** Shows another scene at the start of an episode; with `keep`, the same robot with another task, which goes on as it was. */
  load(scene: Scene, { keep = false }: { keep?: boolean } = {}): void {
    this.scene = scene
    this.worker ??= this.createWorker()
    this.loads++
    this.isHeld = false
    batch(() => {
      this.problem.value = undefined
      if (keep) return
      this.frame.value = undefined
      this.action.value = scene.actuators.map(() => (this.policies.policy ? null : 0))
      this.pulling.value = undefined
    })
    this.post({ type: 'load', scene, seed: this.seed.value, keep })
    this.post({ type: 'action', action: [...this.action.value] })
  }

  play(): void {
    this.post({ type: 'play' })
  }

  pause(): void {
    this.post({ type: 'pause' })
  }

  toggle(): void {
    if (this.playing.value) this.pause()
    else if (this.ready.value) this.play()
  }

  step(): void {
    if (this.ready.value) this.post({ type: 'step' })
  }

  stepBack(): void {
    if (this.canStepBack.value) this.post({ type: 'stepBack' })
  }

  /** A hand pulls at a body, or (undefined) lets go. */
  pull(pull: Pull | undefined): void {
    this.pulling.value = pull
    this.post({ type: 'pull', pull })
  }

  /** Pushes a body, once, with the next step. */
  push(push: Push): void {
    this.pushed.value = push
    this.post({ type: 'push', push })
    setTimeout(() => {
      if (this.pushed.peek() === push) this.pushed.value = undefined
    }, PUSH_SHOWN)
  }

  /** Starts the episode again; after a problem with a new worker, since the old one may be in any state. */
  reset(): void {
    if (this.problem.value !== undefined && this.scene) {
      this.worker?.terminate()
      this.worker = undefined
      this.loads = 0
      this.load(this.scene)
      this.post({ type: 'speed', speed: this.speed.value })
    } else this.post({ type: 'reset', seed: this.seed.value })
  }

  setSeed(seed: number): void {
    this.seed.value = seed
    this.reset()
  }

  setSpeed(speed: number): void {
    this.speed.value = speed
    this.post({ type: 'speed', speed })
  }

  /**
   * A policy (its file) acts where no hand does, and another one plays a ghost beside it. After a problem they begin with a new
   * episode, because it may have come of the policies before.
   */
  setPolicies(policy: Uint8Array | undefined, ghost?: Uint8Array): void {
    const isNew = policy !== undefined && this.policies.policy === undefined
    this.policies = { policy, ghost }
    if (!this.worker) return
    if (policy !== undefined && this.problem.value !== undefined) {
      this.reset()
      return
    }
    this.post({ type: 'policy', ...this.policies })
    if (isNew) this.giveBack()
  }

  /** The policy acts everywhere again. */
  giveBack(): void {
    this.action.value = this.action.value.map(() => null)
    this.post({ type: 'action', action: [...this.action.value] })
  }

  /** Whether a new episode begins by itself where one has ended. */
  setLoop(loop: boolean): void {
    this.isLooping = loop
    this.post({ type: 'loop', loop })
  }

  /** Sets the action of one actuator, in [-1, 1]; null gives it to the policy. */
  setAction(actuator: number, value: number | null): void {
    this.action.value = this.action.value.map((old, index) => (index === actuator ? value : old))
    this.post({ type: 'action', action: [...this.action.value] })
  }

  /** Sets every action to 0. */
  clearActions(): void {
    this.action.value = this.action.value.map(() => 0)
    this.post({ type: 'action', action: [...this.action.value] })
  }

  /** Stands still while nobody looks, and goes on where it was. */
  hold(isHidden: boolean): void {
    if (isHidden && this.playing.value) {
      this.isHeld = true
      this.pause()
    } else if (!isHidden && this.isHeld) {
      this.isHeld = false
      this.play()
    }
  }

  private post(request: PlayRequest): void {
    this.worker?.postMessage(request)
  }

  private createWorker(): Worker {
    const worker = new Worker(new URL('./play-worker.ts', import.meta.url), { type: 'module' })
    worker.postMessage({ type: 'policy', ...this.policies } satisfies PlayRequest)
    worker.postMessage({ type: 'loop', loop: this.isLooping } satisfies PlayRequest)
    worker.addEventListener('message', ({ data }: MessageEvent<PlayEvent>) => {
      if (data.type === 'problem') this.problem.value = data.message
      else this.show(data.frame)
    })
    worker.addEventListener('error', (event) => {
      event.preventDefault()
      this.problem.value = `Live play stopped: ${event.message || 'its worker could not be loaded'}. Reset to start it again.`
    })
    return worker
  }

  /** Shows a frame with the next picture of the window, and only then asks for another. */
  private show(frame: PlayFrame): void {
    const { worker } = this
    const take = () => {
      worker?.postMessage({ type: 'shown' } satisfies PlayRequest)
      if (frame.load === this.loads) this.frame.value = frame
    }
    // A window in the background paints nothing, and would otherwise never see the pause button work.
    if (document.hidden) take()
    else requestAnimationFrame(take)
  }
}
