/** The live-play worker: keeps the clock of a PlaySession, and sends no more frames than the window shows. */
import { messageOf } from '../../common/user-error.ts'
import { createEnvironment } from '../../sim/environment.ts'
import type { PlayEvent, PlayRequest } from './messages.ts'
import { PlaySession } from './session.ts'

/** Between two looks at the clock while it plays, ms. */
const TICK = 4

let session: PlaySession | undefined
let loads = 0
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
  if (!session) return
  switch (request.type) {
    case 'reset':
      session.reset(request.seed)
      break
    case 'play':
      session.play()
      start()
      break
    case 'pause':
      stop()
      break
    case 'step':
      stop()
      session.step()
      break
    case 'stepBack':
      stop()
      session.stepBack()
      break
    case 'pull':
      session.setPull(request.pull)
      return
    case 'speed':
      session.setSpeed(speed)
      return
    case 'action':
      session.setAction(request.action)
      return
  }
  sendFrame()
}

async function load({ scene, seed }: Extract<PlayRequest, { type: 'load' }>): Promise<void> {
  stop()
  // Counted even where the scene fails, as the window counts them.
  loads++
  session?.close()
  session = undefined
  // The inspector shows every sensor.
  session = new PlaySession(await createEnvironment(scene, { measureForces: true }), loads, seed)
  session.setSpeed(speed)
  sendFrame()
}

function start(): void {
  clearTimeout(timer)
  lastTick = performance.now()
  timer = setTimeout(tick, TICK)
}

function stop(): void {
  clearTimeout(timer)
  session?.pause()
}

function tick(): void {
  try {
    const now = performance.now()
    if (!session) return
    if (session.advance((now - lastTick) / 1000)) sendFrame()
    lastTick = now
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
  post({ type: 'frame', frame: session.frame() })
}

function post(event: PlayEvent): void {
  self.postMessage(event)
}
