/** What the window exports, as its person gets it: the saved file, and a film's frames by another program's means. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny'
import type { Page } from 'playwright-core'
import type { App } from './launch.ts'

/** Presses Export and returns the name and the bytes of what was saved; Electron saves into `folder`. */
export async function saveExport(app: App, folder: string): Promise<{ name: string; bytes: Buffer }> {
  const press = () => app.page.getByRole('button', { name: 'Export…' }).click()
  if (!app.electron) {
    const download = app.page.waitForEvent('download', { timeout: 90_000 })
    await press()
    const file = await download
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) }
  }
  await app.electron.evaluate(({ dialog }, place) => {
    dialog.showSaveDialog = (async (...args: unknown[]) => {
      const options = args.at(-1) as { defaultPath: string }
      return { canceled: false, filePath: `${place}/${options.defaultPath.split('/').at(-1)}` }
    }) as typeof dialog.showSaveDialog
  }, folder)
  await press()
  const note = app.page.locator('.export .notice.info')
  await note.waitFor({ timeout: 90_000 })
  const name = /^(.+): [\d.]+ [kM]B$/.exec((await note.textContent())!)![1]!
  return { name, bytes: readFileSync(path.join(folder, name)) }
}

export interface Film {
  width: number
  height: number
  /** s, from the demuxer: of all, and of each frame in order */
  duration: number
  times: number[]
  /** Of each frame as decoded: pixels that plainly differ from its corner's, and from those of the frame before. */
  pictures: { unlikeCorner: number; unlikeBefore: number | undefined }[]
}

/** Reads a film back: its container by a demuxer, its frames by the browser's decoder. */
export async function readFilm(page: Page, bytes: Buffer): Promise<Film> {
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS })
  const track = (await input.getPrimaryVideoTrack())!
  const packets: { key: boolean; time: number; data: string }[] = []
  for await (const { type, timestamp, data } of new EncodedPacketSink(track).packets())
    packets.push({ key: type === 'key', time: timestamp, data: Buffer.from(data).toString('base64') })
  const { description, ...config } = (await track.getDecoderConfig())!
  const described = description && Buffer.from(description as Uint8Array).toString('base64')
  const { displayWidth: width, displayHeight: height } = track
  const pictures = await page.evaluate(
    async ({ config, described, packets, width, height }) => {
      const bytesOf = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
      /** Pixels that differ plainly: noise of the encoder does not. */
      const differing = (a: Uint8ClampedArray, b: (at: number) => number) => {
        let count = 0
        for (let at = 0; at < a.length; at += 4) if (Math.abs(a[at]! - b(at)) > 24) count++
        return count
      }
      const found: Film['pictures'] = []
      let before: Uint8ClampedArray | undefined
      let problem: string | undefined
      const decoder = new VideoDecoder({
        output: (frame) => {
          context.drawImage(frame, 0, 0)
          frame.close()
          const { data } = context.getImageData(0, 0, width, height)
          const last = before
          found.push({
            unlikeCorner: differing(data, () => data[0]!),
            unlikeBefore: last && differing(data, (at) => last[at]!),
          })
          before = data
        },
        error: (error) => {
          problem = error.message
        },
      })
      decoder.configure({ ...config, ...(described && { description: bytesOf(described) }) })
      for (const { key, time, data } of packets) {
        const timestamp = Math.round(1e6 * time)
        decoder.decode(new EncodedVideoChunk({ type: key ? 'key' : 'delta', timestamp, data: bytesOf(data) }))
      }
      await decoder.flush()
      if (problem) throw new Error(problem)
      return found
    },
    { config, described, packets, width, height },
  )
  const times = packets.map(({ time }) => time).sort((a, b) => a - b)
  return { width, height, duration: await track.computeDuration(), times, pictures }
}
