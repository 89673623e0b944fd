/**
 * From an empty scene to a curve: an arm of two links and its reaching task are built by mouse and keyboard alone, in few actions,
 * saved, opened again and trained. In both shells.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Locator } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { launch, type Shell, shells, whyNot } from './launch.ts'

const reasons = new Map<Shell, string | undefined>()
for (const shell of shells) reasons.set(shell, await whyNot(shell))

const MOST_ACTIONS = 60
const OBSERVATION = [
  'sin(link_joint.angle)',
  'cos(link_joint.angle)',
  'link_joint.velocity',
  'sin(link_2_joint.angle)',
  'cos(link_2_joint.angle)',
  'link_2_joint.velocity',
]
const REWARD = [
  '-hypot(marker.x - marker_2.x, marker.y - marker_2.y)',
  '-0.01 * (action.link_motor^2 + action.link_2_motor^2)',
]
const RESET = ['uniform(-3, 3)']

describe.each(shells)('in %s', (shell) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-arm-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.skipIf(reasons.get(shell) !== undefined)(
    'an arm that reaches is built, saved, opened again and trained',
    async () => {
      const app = await launch(shell, { runsFolder: path.join(folder, 'runs') })
      const { page } = app
      const file = path.join(folder, 'my-scenes', 'arm.json')
      const saved = () => readFileSync(file, 'utf8')
      const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })

      /** What a person does: a key with its modifiers, a click, a drag, a text typed in one go. */
      let actions = 0
      const key = (name: string) => {
        actions++
        return page.keyboard.press(name)
      }
      const type = (text: string) => {
        actions++
        return page.keyboard.type(text)
      }
      const click = (target: Locator) => {
        actions++
        return target.click()
      }
      /** A point of the canvas, in shares of its size. */
      const at = async (x: number, y: number): Promise<[number, number]> => {
        const box = (await page.locator('.canvas-layer').boundingBox())!
        return [box.x + box.width * x, box.y + box.height * y]
      }
      const clickAt = async (x: number, y: number) => {
        actions++
        await page.mouse.click(...(await at(x, y)))
      }
      const drag = async (from: [number, number], to: [number, number]) => {
        actions++
        await page.mouse.move(...(await at(...from)))
        await page.mouse.down()
        await page.mouse.move(...(await at(...to)), { steps: 4 })
        await page.mouse.up()
      }

      // The robot, and the point that it is to reach.
      await page.locator('.canvas-layer').waitFor()
      await key('Alt+n')
      await page.getByText('Not a scene yet.').waitFor()
      // As a person sees it: the new scene's view is there with the next pictures.
      for (let picture = 0; picture < 4; picture++)
        await page.evaluate(() => new Promise((painted) => requestAnimationFrame(painted)))
      await key('g')
      await drag([0.3, 0.3], [0.6, 0.3])
      await key('c')
      await drag([0.45, 0.3], [0.45, 0.5])
      await key('c')
      await drag([0.45, 0.5], [0.45, 0.7])
      for (const [tool, y] of [
        ['j', 0.3],
        ['j', 0.5],
        ['a', 0.3],
        ['a', 0.5],
        ['m', 0.7],
      ] as const) {
        await key(tool)
        await clickAt(0.45, y)
      }
      await key('m')
      await clickAt(0.55, 0.3)

      // Its task.
      await key('Alt+t')
      for (const [name, formulas] of [
        ['Add entry', OBSERVATION],
        ['Add term', REWARD],
        ['Add coordinate', RESET],
      ] as const) {
        for (const formula of formulas) {
          await click(button(name))
          await type(formula)
        }
      }
      await page.getByRole('button', { name: 'Play', exact: true }).waitFor()

      await key('Control+s')
      await type('arm')
      await key('Enter')
      await eventually(saved).toContain('"arm"')
      const built = JSON.parse(saved())
      expect(built.joints).toMatchObject([
        { type: 'hinge', parent: 'ground', child: 'link' },
        { type: 'hinge', parent: 'link', child: 'link_2' },
      ])
      expect(built.actuators).toMatchObject([{ joint: 'link_joint' }, { joint: 'link_2_joint' }])
      expect(built.markers).toMatchObject([{ body: 'link_2' }, { body: 'ground' }])
      const formulasOf = (list: string) => built.task[list].map(({ formula }: { formula: string }) => formula)
      expect(formulasOf('observation')).toEqual(OBSERVATION)
      expect(formulasOf('reward')).toEqual(REWARD)
      expect(built.task.reset).toEqual([{ coordinate: 'link_joint.angle', formula: RESET[0] }])

      // Another scene, and this one again: saved as it is, it is the same file.
      const bytes = saved()
      const open = async (name: RegExp) => {
        await click(button('Scenes…'))
        await click(page.getByRole('dialog').getByRole('button', { name }))
        await eventually(() => page.title()).toMatch(name)
      }
      await open(/^pendulum/i)
      await open(/^arm/)
      rmSync(file)
      await key('Control+s')
      await eventually(() => saved()).toBe(bytes)

      // Trained as it is.
      await key('Control+Enter')
      const form = page.getByRole('form', { name: 'New run' })
      await eventually(() => form.getByLabel('Scene').locator('option:checked').textContent()).toContain('arm')
      await click(page.getByLabel('Steps', { exact: true }))
      await key('Control+a')
      await type('2000')
      const counted = actions
      // What makes the test short, and is no part of the work.
      for (const [group, settings] of Object.entries({
        Learning: { 'Hidden sizes': '16, 16' },
        Evaluation: { 'Evaluation episodes': '1', 'Report episodes': '1' },
      })) {
        await page
          .locator('summary')
          .filter({ hasText: new RegExp(`^${group}`) })
          .click()
        for (const [label, value] of Object.entries(settings)) await page.getByLabel(label, { exact: true }).fill(value)
      }
      actions = counted
      await key('Control+Enter')
      expect(actions).toBeLessThanOrEqual(MOST_ACTIONS)
      await page.getByTestId('run-status').getByText('finished', { exact: true }).waitFor({ timeout: 90_000 })
      const points = async (plot: string) =>
        Number(await page.locator(`[data-plot="${plot}"]`).getAttribute('data-points'))
      await eventually(() => points('episode-return')).toBeGreaterThanOrEqual(4)
      const run = 'arm-ddpg-seed1-1'
      const kept = JSON.parse(readFileSync(path.join(folder, 'runs', run, 'scene.json'), 'utf8'))
      expect(kept.task).toEqual(built.task)
      const { result } = JSON.parse(readFileSync(path.join(folder, 'runs', run, 'run.json'), 'utf8'))
      expect(result.steps).toBe(2000)
      expect(app.errors).toEqual([])
      await app.close()
    },
    240_000,
  )
})
