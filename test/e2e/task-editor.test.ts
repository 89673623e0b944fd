/** The reward of the hopper is edited while it is in play, and its plot follows; in both shells, under the page's strict policy. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { type App, launch, type Shell, shells, whyNot } from './launch.ts'

const reasons = new Map<Shell, string | undefined>()
for (const shell of shells) reasons.set(shell, await whyNot(shell))

describe.each(shells)('in %s', (shell) => {
  describe.skipIf(reasons.get(shell) !== undefined)('the task editor', () => {
    let folder: string
    let app: App
    beforeAll(async () => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-task-'))
      app = await launch(shell, { runsFolder: path.join(folder, 'runs') })
    })
    afterAll(async () => {
      await app?.close()
      rmSync(folder, { recursive: true, force: true })
    })

    const value = async (name: string) =>
      (await app.page.locator(`[data-task-value="reward/${name}"]`).textContent())?.trim()
    const legend = async () => (await app.page.locator('[data-plot="play-terms"] .plot-legend').textContent()) ?? ''
    const step = async () => Number(await app.page.getByTestId('step').textContent())

    test('shows the terms of an edited reward, with the episode where it was', async () => {
      const { page } = app
      await page.getByRole('combobox', { name: 'Scene' }).filter({ visible: true }).selectOption('hopper')
      await page.getByRole('button', { name: 'Task', exact: true }).click()
      for (let press = 0; press < 5; press++) await page.getByRole('button', { name: 'Step', exact: true }).click()
      await eventually(step).toBe(5)
      await eventually(() => value('healthy')).toBe('1.000')

      // Letters and the point are shortcuts elsewhere; here they are text.
      const formula = page.getByRole('textbox', { name: 'Formula of reward 2' })
      await formula.click()
      await page.keyboard.press('Control+A')
      await page.keyboard.type('0.5 + 2')
      await eventually(() => value('healthy')).toBe('2.500')
      await eventually(legend).toContain('healthy2.5')
      expect(await step()).toBe(5)

      await page.keyboard.press('Control+A')
      await page.keyboard.type('torso.yy')
      await page.getByRole('alert').filter({ hasText: 'no sensor or constant called "torso.yy"' }).waitFor()
      await page.getByRole('heading', { name: 'Problems: 1' }).waitFor()
      // The last scene without problems stays in play: on the way, it read torso.y, as the first observation does.
      const height = await page.locator('[data-task-value="observation/height"]').textContent()
      await eventually(() => value('healthy')).toBe(height?.trim())

      await page.getByRole('button', { name: 'Add term' }).click()
      await page.getByRole('button', { name: 'Remove healthy' }).click()
      await eventually(legend).toContain('reward 1')
      expect(await legend()).not.toContain('healthy')
      expect(app.errors).toEqual([])
    }, 120_000)
  })
})
