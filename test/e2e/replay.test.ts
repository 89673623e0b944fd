/** From a rollout to a file, in both shells: opened, scrubbed, exported, and what was exported read back by other programs' means. Films: runs.test.ts. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { saveExport } from './exports.ts'
import { type App, launch, shells, whyNot } from './launch.ts'
import { SAMPLE_STEPS, writeSamples } from './sample-rollouts.ts'

const reasons = Object.fromEntries(await Promise.all(shells.map(async (shell) => [shell, await whyNot(shell)])))

const FROM = 100
const TO = 140

describe.each(shells)('a rollout in %s', (shell) => {
  describe.skipIf(reasons[shell] !== undefined)('is', () => {
    let folder: string
    let app: App
    /** s */
    let controlStep: number

    beforeAll(async () => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-export-'))
      const files = await writeSamples(folder)
      const scene = readFileSync(new URL('../../scenes/acrobot.json', import.meta.url), 'utf8')
      controlStep = JSON.parse(scene).world.controlStep
      app = await launch(shell, { runsFolder: path.join(folder, 'runs') })
      await app.page.getByRole('tab', { name: 'Replay' }).click()
      const chooser = app.page.waitForEvent('filechooser')
      await app.page.getByRole('button', { name: 'Open rollout file…' }).first().click()
      await (await chooser).setFiles(files.whole)
      await app.page.getByRole('slider', { name: 'Playhead' }).waitFor()
    }, 90_000)
    afterAll(async () => {
      await app?.close()
      rmSync(folder, { recursive: true, force: true })
    })

    const format = (label: RegExp) =>
      app.page
        .getByLabel('Format')
        .locator('option')
        .filter({ hasText: label })
        .getAttribute('value')
        .then((value) => app.page.getByLabel('Format').selectOption(value!))

    test('scrubbed to its end', async () => {
      const { page } = app
      await page.getByRole('slider', { name: 'Playhead' }).focus()
      await page.keyboard.press('End')
      await eventually(() => page.locator('.transport').textContent()).toContain(`Step${SAMPLE_STEPS} of`)
    }, 60_000)

    test('exported as an animated GIF of as many frames', async () => {
      const { page } = app
      await page.getByRole('button', { name: 'Export', exact: true }).click()
      await page.getByLabel('Size').selectOption('640 × 360')
      await page.getByLabel('Whole rollout').uncheck()
      await page.getByLabel('From step').fill(String(FROM))
      await page.keyboard.press('Enter')
      await page.getByLabel('To step').fill(String(TO))
      await page.keyboard.press('Enter')
      await format(/GIF/)
      await app.page.getByLabel('Frames per second').selectOption('10')
      const frames = Math.round((TO - FROM) * controlStep * 10) + 1
      await app.page.getByText(`${frames} frames`).waitFor()
      const { name, bytes } = await saveExport(app, folder)
      expect(name).toMatch(/\.gif$/)
      expect(bytes.subarray(0, 6).toString('latin1')).toBe('GIF89a')
      const images = await app.page.evaluate(async (text) => {
        const data = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
        const decoder = new ImageDecoder({ data, type: 'image/gif' })
        await decoder.tracks.ready
        await decoder.completed
        const count = decoder.tracks.selectedTrack!.frameCount
        let duration = 0
        for (let frameIndex = 0; frameIndex < count; frameIndex++) {
          const { image } = await decoder.decode({ frameIndex })
          duration += image.duration ?? 0
          image.close()
        }
        return { count, duration: duration / 1e6 }
      }, bytes.toString('base64'))
      expect(images.count).toBe(frames)
      expect(images.duration).toBeCloseTo(frames / 10, 2)
    }, 120_000)

    test('exported as a picture', async () => {
      await format(/PNG/)
      const { name, bytes } = await saveExport(app, folder)
      expect(name).toMatch(new RegExp(` step ${SAMPLE_STEPS}\\.png$`))
      const { page } = app
      const pixelsOf = (png: Buffer) =>
        page.evaluate(async (text) => {
          const data = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
          const bitmap = await createImageBitmap(new Blob([data], { type: 'image/png' }))
          const { width, height } = bitmap
          const context = new OffscreenCanvas(width, height).getContext('2d')!
          context.drawImage(bitmap, 0, 0)
          const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer)
          return { width, height, colours: new Set(pixels).size, pixels: pixels.join() }
        }, png.toString('base64'))
      const picture = await pixelsOf(bytes)
      expect(picture).toMatchObject({ width: 640, height: 360 })
      // Background, grid, robot, joints.
      expect(picture.colours).toBeGreaterThan(5)
      // Each step its own picture, and the same one whenever it is asked for.
      const pictureAt = async (key: string, step: number) => {
        await page.getByRole('slider', { name: 'Playhead' }).focus()
        await page.keyboard.press(key)
        await eventually(() => page.locator('.transport').textContent()).toContain(`Step${step} of`)
        const saved = await saveExport(app, folder)
        expect(saved.name).toMatch(new RegExp(` step ${step}\\.png$`))
        return (await pixelsOf(saved.bytes)).pixels
      }
      expect((await pictureAt('ArrowLeft', SAMPLE_STEPS - 1)) === picture.pixels).toBe(false)
      expect((await pictureAt('Home', 0)) === picture.pixels).toBe(false)
      expect((await pictureAt('End', SAMPLE_STEPS)) === picture.pixels).toBe(true)
    }, 60_000)

    test('exported as a table of all its steps', async () => {
      await format(/CSV/)
      const { name, bytes } = await saveExport(app, folder)
      expect(name).toMatch(/\.csv$/)
      const lines = bytes.toString('utf8').trimEnd().split('\r\n')
      expect(lines).toHaveLength(SAMPLE_STEPS + 2)
      expect(lines[0]).toMatch(/^step,time \(s\),.* \(rad\),.*,reward,/)
      expect(lines.at(-1)!.startsWith(`${SAMPLE_STEPS},`)).toBe(true)
    }, 60_000)

    test('not exported where that is cancelled', async () => {
      const { page } = app
      await format(/Video/)
      await page.getByLabel('Whole rollout').check()
      await page.getByRole('button', { name: 'Export…' }).click()
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Export…' }).waitFor()
      expect(await page.locator('.export .notice').count()).toBe(0)
      expect(app.errors).toEqual([])
    }, 60_000)
  })
})
