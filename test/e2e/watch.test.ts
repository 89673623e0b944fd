/** A policy watched live, with the keyboard and the pointer: what a push, a pull and a hand do to its robot, and that it is the same again without them. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { launch, whyNot } from './launch.ts'

const reason = await whyNot('chromium')
const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-watch-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SMALL = {
  'Hidden sizes': '16, 16',
  'Evaluation episodes': '1',
  'Report episodes': '1',
  'Evaluation interval': '200',
}

test.skipIf(reason !== undefined)(
  'A policy is pushed by a key, pulled by the pointer, and goes on as before without them',
  async () => {
    const app = await launch('chromium', { runsFolder: folder })
    const { page } = app
    const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
    const key = (name: string) => page.keyboard.press(name)
    await page.getByRole('tab', { name: 'Train' }).click()
    await page.getByLabel('Steps', { exact: true }).fill('100000')
    await page.getByLabel('Seeds', { exact: true }).fill('1')
    for (const title of ['Learning', 'Evaluation'])
      await page
        .locator('summary')
        .filter({ hasText: new RegExp(`^${title}`) })
        .click()
    for (const [label, value] of Object.entries(SMALL)) await page.getByLabel(label, { exact: true }).fill(value)
    await button('Start').click()
    await eventually(() => page.getByTestId('run-status').textContent()).toBe('running')
    await button('Watch its policy').click()
    const readout = (name: string) => page.locator('.watch').getByTestId(name).textContent()
    await eventually(async () => Number(await readout('step'))).toBeGreaterThan(3)

    // Space is for the policy here; training goes on beside it. Then a policy that stays as it is.
    await page.locator('.watch .stage').focus()
    await key('Space')
    await button('Play').filter({ visible: true }).waitFor()
    expect(await page.locator('.train-switch').textContent()).toContain('1 training')
    await page.getByLabel('Checkpoint', { exact: true }).selectOption('0')
    await page.getByText('Trained for 0 steps.').waitFor()

    const steps = async (count: number) => {
      const from = Number(await readout('step'))
      for (let step = 1; step <= count; step++) {
        await key('.')
        await eventually(() => readout('step')).toBe(String(from + step))
      }
    }
    const begin = async () => {
      await key('r')
      await eventually(() => readout('step')).toBe('0')
      await steps(3)
    }
    const end = async () => {
      await steps(5)
      return readout('return')
    }
    await begin()
    const alone = await end()
    await begin()
    expect(await end()).toBe(alone)

    // Each side by its key, seen and said.
    await begin()
    await key('d')
    await page.getByText('Pushed rod to the right.').waitFor({ state: 'attached' })
    const right = await end()
    await begin()
    await key('a')
    await page.getByText('Pushed rod to the left.').waitFor({ state: 'attached' })
    const left = await end()
    expect(new Set([alone, right, left]).size).toBe(3)
    expect(await button('Push right →').filter({ visible: true }).getAttribute('title')).toBe('(D)')
    await key('Shift+?')
    await page.getByRole('dialog').getByText('Push the robot left').waitFor()
    await key('Escape')

    // The rod is somewhere about its pivot, in the middle of the stage: one of these points is on it.
    const box = (await page.locator('.watch .stage').boundingBox())!
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    let pulled = alone
    for (let turn = 0; turn < 32 && pulled === alone; turn++) {
      await begin()
      const angle = (turn / 32) * 2 * Math.PI
      const reach = box.height / 6
      await page.mouse.move(x + reach * Math.cos(angle), y + reach * Math.sin(angle))
      await page.mouse.down()
      await page.mouse.move(x + reach * Math.cos(angle) + 60, y + reach * Math.sin(angle) + 60, { steps: 2 })
      pulled = await end()
      await page.mouse.up()
      await key('0')
    }
    expect(pulled).not.toBe(alone)

    // A hand, and the policy again.
    await begin()
    await page
      .getByRole('slider', { name: /torque/i })
      .filter({ visible: true })
      .press('End')
    expect(await end()).not.toBe(alone)
    await key('g')
    await begin()
    expect(await end()).toBe(alone)
    expect(app.errors).toEqual([])
    await app.close()
  },
  120_000,
)
