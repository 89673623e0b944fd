/** Runs as a person keeps them, in both shells: two at once, one stopped, the app opened again, one resumed, both compared, their policies watched, the best rollout replayed and made a film, one deleted and taken back. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { readFilm, saveExport } from './exports.ts'
import { type App, launch, type Shell, shells, whyNot } from './launch.ts'

const reasons = new Map<Shell, string | undefined>()
for (const shell of shells) reasons.set(shell, await whyNot(shell))

/** Of the film: frames per second. A step of the pendulum takes half as long. */
const RATE = 10

const SMALL = {
  'Hidden sizes': '16, 16',
  'Evaluation episodes': '1',
  'Report episodes': '1',
  'Evaluation interval': '200',
}

describe.each(shells)('in %s', (shell) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-runs-'))
  const runsFolder = path.join(folder, 'runs')
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.skipIf(reasons.get(shell) !== undefined)(
    'two runs, from their start to a film of the best rollout',
    async () => {
      let app: App = await launch(shell, { runsFolder })
      const button = (name: string | RegExp) => app.page.getByRole('button', { name, exact: typeof name === 'string' })
      const row = (run: string) => app.page.locator(`[data-run="${run}"]`)
      const points = async (plot: string) =>
        Number(await app.page.locator(`[data-plot="${plot}"]`).getAttribute('data-points'))
      const show = async (view: string | RegExp) => {
        await app.page.getByRole('tab', { name: 'Train' }).click()
        await button(view).click()
      }
      const stored = (run: string) => JSON.parse(readFileSync(path.join(runsFolder, run, 'run.json'), 'utf8'))
      const [first, second] = [1, 2].map((seed) => `pendulum-ddpg-seed${seed}-1`) as [string, string]

      // Two runs are started, and their curves grow.
      await app.page.getByRole('tab', { name: 'Train' }).click()
      await app.page.getByLabel('Steps', { exact: true }).fill('100000')
      await app.page.getByLabel('Seeds', { exact: true }).fill('1-2')
      await app.page.getByLabel('Preset', { exact: true }).selectOption('default')
      for (const title of ['Learning', 'Evaluation'])
        await app.page
          .locator('summary')
          .filter({ hasText: new RegExp(`^${title}`) })
          .click()
      for (const [label, value] of Object.entries(SMALL)) await app.page.getByLabel(label, { exact: true }).fill(value)
      await button('Start 2 runs').click()
      await eventually(() => points('episode-return')).toBeGreaterThanOrEqual(2)
      const before = await points('episode-return')
      await eventually(() => points('episode-return')).toBeGreaterThan(before)

      // One is stopped; with the app the other ends too.
      await button('Stop').click()
      await eventually(() => app.page.getByTestId('run-status').textContent()).toBe('stopped')
      expect(stored(first).status).toBe('stopped')
      const { steps } = stored(first).result
      expect(app.errors).toEqual([])
      await app.close()
      app = await launch(shell, { runsFolder })

      // It is resumed from where it was, and both are compared.
      await show(/All runs/)
      await row(first).getByText('stopped').waitFor()
      await app.page.getByRole('button', { name: first, exact: true }).click()
      await button('Resume').click()
      await eventually(async () => stored(first).status).toBe('running')
      await eventually(async () =>
        Number((await app.page.getByTestId('train-step').textContent())?.replaceAll(',', '')),
      ).toBeGreaterThan(steps)
      expect(stored(first).resumedFrom).toEqual([steps])
      await show(/All runs/)
      for (const run of [first, second]) await app.page.getByRole('checkbox', { name: `Compare ${run}` }).check()
      await eventually(() => points('compare')).toBeGreaterThanOrEqual(2)
      const table = app.page.getByRole('table', { name: 'Differences between the ticked runs' })
      await eventually(() =>
        table.getByRole('row').filter({ hasText: 'seed' }).last().getByRole('cell').allTextContents(),
      ).toEqual(['1', '2'])
      await app.page.getByLabel('Curves', { exact: true }).selectOption('seeds')
      await eventually(() => app.page.locator('[data-plot="compare"]').textContent()).toContain('2 seeds')

      // Its policy plays in the window, and a hand takes over.
      await button('Watch its policy').click()
      await eventually(async () => Number(await app.page.getByTestId('step').last().textContent())).toBeGreaterThan(3)
      const slider = app.page.getByRole('slider', { name: /torque/i }).filter({ visible: true })
      await slider.press('End')
      await eventually(() => slider.inputValue()).toBe('1')
      await button('Give back to the policy').click()
      await button('Push right →').click()

      // Another checkpoint plays beside it, from the first evaluation.
      await app.page.getByLabel('Ghost beside it').selectOption(first)
      const checkpoint = app.page.getByLabel('Its checkpoint')
      await eventually(() => checkpoint.locator('option').allTextContents()).toContainEqual(
        expect.stringMatching(/^step 0 · return -/),
      )
      await checkpoint.selectOption('0')

      // The resumed one is stopped, and its best rollout opened from there and scrubbed to its end.
      await button('Run on show').click()
      await button('Stop').click()
      await eventually(() => app.page.getByTestId('run-status').textContent()).toBe('stopped')

      // A curve says what it is under the pointer, shows a part of itself, and has a logarithmic axis.
      const returns = app.page.locator('[data-plot="episode-return"]')
      const area = (await returns.locator('.u-over').boundingBox())!
      const at = (share: number) => [area.x + share * area.width, area.y + area.height / 2] as const
      await app.page.mouse.move(...at(0.5))
      const trained = Number((await app.page.getByTestId('train-step').textContent())?.replaceAll(',', ''))
      await eventually(async () => {
        const hovered = Number((await returns.locator('.plot-at').textContent())!.replaceAll(/\D/g, ''))
        return hovered / trained
      }).toBeCloseTo(0.5, 1)
      const whole = await points('episode-return')
      await app.page.mouse.down()
      await app.page.mouse.move(...at(0.75), { steps: 3 })
      await app.page.mouse.up()
      await eventually(() => points('episode-return')).toBeLessThan(whole)
      await returns.getByRole('button', { name: 'Show all' }).click()
      await eventually(() => points('episode-return')).toBe(whole)
      const logarithmic = app.page.locator('[data-plot="critic-loss"]').getByRole('button', { name: 'log' })
      await logarithmic.click()
      await eventually(() => logarithmic.getAttribute('aria-pressed')).toBe('true')
      await button('Open best rollout').click()
      const playhead = app.page.getByRole('slider', { name: 'Playhead' })
      await playhead.waitFor()
      await playhead.press('End')
      await eventually(() => app.page.getByTestId('replay-time').textContent()).toBe('10.00 s')

      // It becomes a film with every frame at its time, none blank, and the robot moves.
      await button('Export').click()
      await app.page.getByLabel('Size', { exact: true }).selectOption('640 × 360')
      await app.page.getByLabel('Frames per second').selectOption(String(RATE))
      const frames = 10 * RATE + 1
      await app.page.getByText(`${frames} frames`).waitFor()
      const { name, bytes } = await saveExport(app, folder)
      expect(name).toMatch(/\.(mp4|webm)$/)
      const film = await readFilm(app.page, bytes)
      expect(film).toMatchObject({ width: 640, height: 360 })
      expect(film.times).toHaveLength(frames)
      // WebM counts in milliseconds.
      expect(Math.max(...film.times.map((time, frame) => Math.abs(time - frame / RATE)))).toBeLessThan(0.0011)
      expect(Math.abs(film.duration - frames / RATE)).toBeLessThan(0.0021)
      expect(film.pictures).toHaveLength(frames)
      // The robot's lines, on a background of one colour.
      for (const { unlikeCorner } of film.pictures) expect(unlikeCorner).toBeGreaterThan(100)
      expect(film.pictures.filter(({ unlikeBefore = 0 }) => unlikeBefore > 10).length).toBeGreaterThan(
        0.9 * (frames - 1),
      )

      // A stopped run is deleted and taken back.
      await show(/All runs/)
      await app.page.getByRole('checkbox', { name: `Compare ${first}` }).uncheck()
      await button('Delete').click()
      await eventually(() => row(second).count()).toBe(0)
      await button('Undo').click()
      await row(second).waitFor()
      expect(stored(second).status).toBe('stopped')
      expect(app.errors).toEqual([])
      await app.close()
    },
    360_000,
  )
})
