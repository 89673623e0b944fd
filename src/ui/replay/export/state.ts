/** The export of the open rollout: what is asked for, how far it is, and the one at work. */
import { effect, signal } from '@preact/signals'
import { saveFile } from '../../save-file.ts'
import { readStageColors } from '../../stage/colors.ts'
import { followedBody } from '../../stage/follow.ts'
import type { StageGhost } from '../../stage/ghosts.ts'
import { isFollowing, stageOnShow } from '../../stage/stages.ts'
import type { Size } from '../../stage/view.ts'
import { followedIndex } from '../camera.ts'
import { ghostsAt, onion, shownGhost, shownStep } from '../overlay/state.ts'
import { blockOf } from '../rollout-blocks.ts'
import { messageOf, type OpenRollout, opened, poses } from '../state.ts'
import { type Encoded, encodeGif, encodePng, encodeVideo } from './encode.ts'
import { type Camera, FrameRenderer } from './frame-renderer.ts'
import { type FilmRange, frameCount, stepOfFrame } from './frame-times.ts'
import { csvHeader, csvLines } from './rollout-csv.ts'

export type ExportFormat = 'video' | 'gif' | 'png' | 'csv'

export interface ExportChoices {
  format: ExportFormat
  /** px, even: encoders of video halve the resolution of colours. */
  width: number
  height: number
  framesPerSecond: number
  /** Times real time. */
  speed: number
  isWhole: boolean
  /** First and last step where it is not the whole. */
  from: number
  to: number
}

export type ExportState =
  | { status: 'none' }
  /** Frames, or steps of a table. */
  | { status: 'running'; done: number; of: number }
  | { status: 'done'; name: string; bytes: number }
  | { status: 'failed'; problem: string }

export const choices = signal<ExportChoices>({
  format: 'video',
  width: 1280,
  height: 720,
  framesPerSecond: 25,
  speed: 1,
  isWhole: true,
  from: 0,
  to: 0,
})
export const exporting = signal<ExportState>({ status: 'none' })

let atWork: AbortController | undefined

/** The steps to export: within the rollout, and the first not after the last. */
export function rangeOf({ entry }: OpenRollout, { isWhole, from, to }: ExportChoices): { from: number; to: number } {
  if (isWhole) return { from: 0, to: entry.steps }
  const last = Math.min(to, entry.steps)
  return { from: Math.min(from, last), to: last }
}

export function filmOf(rollout: OpenRollout, now: ExportChoices): FilmRange {
  const { framesPerSecond, speed } = now
  const { controlStep } = rollout.scene.world
  return { ...rangeOf(rollout, now), controlStep, framesPerSecond, speed }
}

/** Makes the file and hands it to the person; nothing is saved of an export that fails or is cancelled. */
export async function exportRollout(rollout: OpenRollout): Promise<void> {
  atWork?.abort()
  const abort = new AbortController()
  atWork = abort
  const now = choices.peek()
  const set = (state: ExportState) => {
    if (atWork === abort) exporting.value = state
  }
  let breath = performance.now()
  const onProgress = async (done: number, of: number) => {
    abort.signal.throwIfAborted()
    set({ status: 'running', done, of })
    // The window stays usable: it gets a turn every few milliseconds, hidden or not.
    if (performance.now() - breath < 12) return
    await new Promise((resolve) => setTimeout(resolve))
    breath = performance.now()
    abort.signal.throwIfAborted()
  }
  try {
    set({ status: 'running', done: 0, of: 1 })
    const { blob, extension } =
      now.format === 'csv' ? await tableOf(rollout, onProgress) : await pictureOf(rollout, now, onProgress)
    abort.signal.throwIfAborted()
    const name = nameOf(rollout, now, extension)
    const isSaved = await saveFile(name, blob)
    set(isSaved ? { status: 'done', name, bytes: blob.size } : { status: 'none' })
  } catch (error) {
    set(abort.signal.aborted ? { status: 'none' } : { status: 'failed', problem: messageOf(error) })
  }
}

export function cancelExport(): void {
  atWork?.abort()
  atWork = undefined
  exporting.value = { status: 'none' }
}

type OnProgress = (done: number, of: number) => Promise<void>

async function tableOf({ scene, blocks }: OpenRollout, onProgress: OnProgress): Promise<Encoded> {
  const parts: Blob[] = [new Blob([csvHeader(scene)])]
  for (let block = 0; block < blocks.blockCount; block++) {
    await onProgress(block, blocks.blockCount)
    const { columns } = await blocks.load(block)
    // As a blob the browser may keep it on disk.
    parts.push(new Blob([csvLines(scene, columns)]))
  }
  return { blob: new Blob(parts, { type: 'text/csv' }), extension: '.csv' }
}

async function pictureOf(rollout: OpenRollout, now: ExportChoices, onProgress: OnProgress): Promise<Encoded> {
  const { scene, blocks, entry } = rollout
  const { format, width, height, framesPerSecond } = now
  const size = { width, height }
  // As shown when it began, whatever is changed meanwhile.
  const [second, skin, step] = [shownGhost.peek(), onion.peek(), shownStep.peek()]
  const film = format === 'png' ? { ...filmOf(rollout, now), from: step, to: step } : filmOf(rollout, now)
  const frames = frameCount(film)
  const renderer = await FrameRenderer.create(scene, size, readStageColors(), cameraOf(rollout, size))
  const draw = async (frame: number) => {
    const at = stepOfFrame(frame, film)
    const ghosts: StageGhost[] = []
    for (const { blocks: there, step: wanted, ...looks } of ghostsAt(at, rollout, second, skin)) {
      await there.load(blockOf(wanted))
      ghosts.push({ ...looks, poses: there.poses(wanted)! })
    }
    await blocks.load(blockOf(at))
    const row = blocks.row(at)
    if (!row) throw new Error(`Step ${at} of ${entry.id} is not here any more. Export again.`)
    renderer.draw({ poses: row.poses, efforts: row.efforts, ghosts })
  }
  const job = { renderer, frames, framesPerSecond, draw, onFrame: (frame: number) => onProgress(frame, frames) }
  try {
    if (format === 'png') return await encodePng(renderer, draw)
    return await (format === 'gif' ? encodeGif(job) : encodeVideo(job))
  } finally {
    renderer.destroy()
  }
}

/** Where the stage looks now, in a picture of another size. */
function cameraOf({ scene }: OpenRollout, { width, height }: Size): Camera {
  const looking = stageOnShow()?.looking.peek()
  if (!looking || looking.size.width === 0) throw new Error('Export from Replay, while its stage is on show.')
  const { view, size } = looking
  const scale = view.scale * Math.min(width / size.width, height / size.height)
  const followed = isFollowing.peek() ? (followedIndex.peek() ?? followedBody(scene)) : undefined
  const now = poses.peek()
  const target = followed === undefined || !now ? undefined : { x: now[followed * 3]!, y: now[followed * 3 + 1]! }
  return { view: { ...view, scale }, followed, target }
}

/** Letters that any system takes in a file's name. */
function nameOf({ entry }: OpenRollout, { format }: ExportChoices, extension: string): string {
  const base = `${entry.run} ${entry.file.replace(/\.mcap$/, '')}`.replace(/[^A-Za-z0-9_. -]+/g, '-').slice(0, 120)
  const step = format === 'png' ? ` step ${shownStep.peek()}` : ''
  return `${base.replace(/^[^A-Za-z0-9]+/, '') || 'rollout'}${step}${extension}`
}

// Another rollout: what was said of the last one is no longer of interest, and its export ends.
effect(() => {
  void opened.value
  cancelExport()
})
