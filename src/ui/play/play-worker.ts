/** The live-play worker: keeps the clock of a PlaySession, and sends no more frames than the window shows. */
import '../app/jitless.ts'
import { messageOf, UserError } from '../../common/user-error.ts'
import type { Policy } from '../../policy/policy.ts'
import { readPolicy } from '../../policy/policy-file.ts'
import type { Scene } from '../../scene/schema.ts'
import { createEnvironment } from '../../sim/environment.ts'
import type { PlayEvent, PlayRequest } from './messages.ts'
import { ghostSession, PlaySession } from './session.ts'

/** Between two looks at the clock while it plays, ms. */
const TICK = 4

let session: PlaySession | undefined
/** The same scene, played by another policy from the same seed on. */
let ghost: PlaySession | undefined
let policy: Policy | undefined
let ghostPolicy: Policy | undefined
let isLooping = false
let loads = 0
let seed = 1
let speed = 1
/** Requests are dealt with one after the other: a scene takes a moment to load, and what is asked meanwhile waits for it. */
let queue = Promise.resolve()
let lastTick = 0
let timer: ReturnType<typeof setTimeout> | undefined
/** A frame is on its way to the screen. */
let isFrameOut = false
/** Something changed since the last frame. */
let isStale = false

self.addEventListener('message', ({ data }: MessageEvent<PlayRequest>) => {
  queue = queue
    .then(() => handle(data))
    .catch((error: unknown) => {
      stop()
      post({ type: 'problem', message: messageOf(error) })
      sendFrame()
    })
})

async function handle(request: PlayRequest): Promise<void> {
  if (request.type === 'shown') {
    isFrameOut = false
    if (isStale) sendFrame()
    return
  }
  if (request.type === 'load') return load(request)
  if (request.type === 'speed') speed = request.speed
  if (request.type === 'loop') isLooping = request.loop
  if (request.type === 'policy') return setPolicies(request)
  if (!session) return
  switch (request.type) {
    case 'reset':
      reset(request.seed)
      break
    case 'play':
      if (isLooping && session.over) reset(seed + 1)
      session.play()
      ghost?.play()
      start()
      break
    case 'pause':
      stop()
      break
    case 'step':
      stop()
      session.step()
      ghost?.step()
      break
    case 'stepBack':
      stop()
      session.stepBack()
      ghost?.stepBack()
      break
    case 'pull':
      session.setPull(request.pull)
      return
    case 'push':
      session.push(request.push)
      return
    case 'speed':
      session.setSpeed(speed)
      ghost?.setSpeed(speed)
      return
    case 'action':
      session.setAction(request.action)
      return
  }
  sendFrame()
}

async function load({ scene, seed: first, keep }: Extract<PlayRequest, { type: 'load' }>): Promise<void> {
  if (!keep) stop()
  // Counted even where the scene fails, as the window counts them.
  loads++
  seed = first
  const old = session
  session = undefined
  closeSessions()
  // The inspector shows every sensor.
  const environment = await createEnvironment(scene, { measureForces: true }).catch((error: unknown) => {
    old?.close()
    throw error
  })
  session = new PlaySession(environment, loads, seed)
  session.setSpeed(speed)
  loaded = scene
  session.setPolicy(policy)
  if (keep && old) {
    session.continue(old)
    if (session.playing) start()
  }
  old?.close()
  await fitGhost()
  sendFrame()
}

let loaded: Scene | undefined

function closeSessions(): void {
  session?.close()
  ghost?.close()
  session = ghost = undefined
}

function reset(next: number): void {
  seed = next
  session?.reset(seed)
  ghost?.reset(seed)
}

/** Policies that are the same as before leave the episode as it is: a newer one goes on where the older one was. */
async function setPolicies(request: Extract<PlayRequest, { type: 'policy' }>): Promise<void> {
  policy = request.policy && readPolicy(request.policy, 'the policy')
  ghostPolicy = request.ghost && readPolicy(request.ghost, "the ghost's policy")
  if (!session) return
  session.setPolicy(policy)
  await fitGhost()
  sendFrame()
}

/** Makes or ends the ghost. It begins with the next episode where it comes in the middle of one. */
async function fitGhost(): Promise<void> {
  if (!ghostPolicy || !loaded || !session) {
    ghost?.close()
    ghost = undefined
    return
  }
  const wasPlaying = session.playing
  try {
    if (ghost) return ghost.setPolicy(ghostPolicy)
    ghost = ghostSession(await createEnvironment(loaded), loads, seed, ghostPolicy)
  } catch (error) {
    // Two policies are on show: which of them is meant?
    throw new UserError(`No ghost: ${messageOf(error)} Choose another ghost, or none.`)
  }
  ghost.setSpeed(speed)
  // Side by side from the start.
  reset(seed)
  if (wasPlaying) {
    session.play()
    ghost.play()
  }
}

function start(): void {
  clearTimeout(timer)
  lastTick = performance.now()
  timer = setTimeout(tick, TICK)
}

function stop(): void {
  clearTimeout(timer)
  session?.pause()
  ghost?.pause()
}

function tick(): void {
  try {
    const now = performance.now()
    if (!session) return
    const seconds = (now - lastTick) / 1000
    ghost?.advance(seconds)
    const isNew = session.advance(seconds)
    lastTick = now
    if (isLooping && session.over) {
      reset(seed + 1)
      session.play()
      ghost?.play()
    }
    if (isNew) sendFrame()
    if (session.playing) timer = setTimeout(tick, TICK)
  } catch (error) {
    stop()
    post({ type: 'problem', message: messageOf(error) })
    sendFrame()
  }
}

function sendFrame(): void {
  if (!session) return
  isStale = isFrameOut
  if (isFrameOut) return
  isFrameOut = true
  post({ type: 'frame', frame: { ...session.frame(), ghost: ghost?.frame().poses } })
}

function post(event: PlayEvent): void {
  self.postMessage(event)
}
