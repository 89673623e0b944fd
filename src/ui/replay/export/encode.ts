/** Frames into files: video by the browser's own encoder (WebCodecs), animated GIF, PNG. */
import type { VideoCodec } from 'mediabunny'
import type { FrameRenderer } from './frame-renderer.ts'
import { gifDelay } from './frame-times.ts'

/** Draws frame `frame` (from 0). */
export type DrawFrame = (frame: number) => Promise<void>

export interface Film {
  renderer: FrameRenderer
  frames: number
  framesPerSecond: number
  draw: DrawFrame
  /** Called before each frame; throws to end it. */
  onFrame: (frame: number) => Promise<void>
}

export interface Encoded {
  blob: Blob
  /** Of the file's name, with its dot. */
  extension: string
}

/** Bits for each pixel of a frame: flat colours and thin lines, which need to stay sharp. */
const BITS_PER_PIXEL = 0.15
const LEAST_BITRATE = 1_000_000

/** MP4 with H.264, which plays everywhere, where this window can encode it; else WebM. */
const MP4: readonly VideoCodec[] = ['avc']
const WEBM: readonly VideoCodec[] = ['vp9', 'vp8', 'av1']

/** Throws in words where this window can encode no video. */
export async function encodeVideo({ renderer, frames, framesPerSecond, draw, onFrame }: Film): Promise<Encoded> {
  const { BufferTarget, CanvasSource, getFirstEncodableVideoCodec, Mp4OutputFormat, Output, WebMOutputFormat } =
    await import('mediabunny')
  const { width, height } = renderer.canvas
  const bitrate = Math.max(LEAST_BITRATE, Math.round(width * height * framesPerSecond * BITS_PER_PIXEL))
  const firstOf = (codecs: readonly VideoCodec[]) =>
    getFirstEncodableVideoCodec([...codecs], { width, height, bitrate })
  const mp4 = await firstOf(MP4)
  const codec = mp4 ?? (await firstOf(WEBM))
  if (codec === null) throw new Error('This window can encode no video. Export an animated GIF instead.')
  const output = new Output({
    format: mp4 ? new Mp4OutputFormat({ fastStart: 'in-memory' }) : new WebMOutputFormat(),
    target: new BufferTarget(),
  })
  const source = new CanvasSource(renderer.canvas, { codec, bitrate, keyFrameInterval: 2 })
  output.addVideoTrack(source, { frameRate: framesPerSecond })
  try {
    await output.start()
    for (let frame = 0; frame < frames; frame++) {
      await onFrame(frame)
      await draw(frame)
      await source.add(frame / framesPerSecond, 1 / framesPerSecond)
    }
    await output.finalize()
  } catch (error) {
    await output.cancel().catch(() => {})
    throw error
  }
  const type = mp4 ? 'video/mp4' : 'video/webm'
  return { blob: new Blob([output.target.buffer!], { type }), extension: mp4 ? '.mp4' : '.webm' }
}

export async function encodeGif({ renderer, frames, framesPerSecond, draw, onFrame }: Film): Promise<Encoded> {
  const { applyPalette, GIFEncoder, quantize } = await import('gifenc')
  const { width, height } = renderer.canvas
  const encoder = GIFEncoder()
  for (let frame = 0; frame < frames; frame++) {
    await onFrame(frame)
    await draw(frame)
    const { data } = renderer.context.getImageData(0, 0, width, height)
    const palette = quantize(data, 256)
    const delay = 10 * gifDelay(frame, framesPerSecond)
    encoder.writeFrame(applyPalette(data, palette), width, height, { palette, delay })
  }
  encoder.finish()
  return { blob: new Blob([encoder.bytes()], { type: 'image/gif' }), extension: '.gif' }
}

export async function encodePng(renderer: FrameRenderer, draw: DrawFrame): Promise<Encoded> {
  await draw(0)
  return { blob: await renderer.canvas.convertToBlob({ type: 'image/png' }), extension: '.png' }
}
