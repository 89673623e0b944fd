/** Runs as a person keeps them, in both shells: two at once, one stopped, the app opened again, one resumed, both compared, watched, deleted and taken back. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { type App, launch, type Shell, shells, whyNot } from './launch.ts'

const reasons = new Map<Shell, string | undefined>()
for (const shell of shells) reasons.set(shell, await whyNot(shell))

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
    'two runs, from their start to their comparison',
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
    240_000,
  )
})
