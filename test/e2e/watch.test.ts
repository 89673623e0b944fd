/** A policy watched live, with the keyboard and the pointer: what a push, a pull and a hand do to its robot, and that it is the same again without them. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { seriousViolations } from './axe.ts'
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
    expect(await button('Push right →').filter({ visible: true }).getAttribute('title')).toBe(
      'Push rod to the right (D)',
    )
    expect(await seriousViolations(page)).toEqual([])
    await key('Control+Shift+L')
    expect(await seriousViolations(page)).toEqual([])
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

test.skipIf(reason !== undefined)(
  'A policy that is cut or of another robot is named, and the next choice plays again',
  async () => {
    const run = 'pendulum-ddpg-seed1-1'
    const snapshots = path.join(folder, run, 'snapshots')
    const fileOf = (step: number) => path.join(snapshots, `policy-${String(step).padStart(9, '0')}.safetensors`)
    const whole = readFileSync(fileOf(0))
    writeFileSync(fileOf(200), whole.subarray(0, whole.length / 2))
    writeFileSync(fileOf(400), ofAnotherRobot(whole))
    copyFileSync(fileOf(0), fileOf(600))

    const app = await launch('chromium', { runsFolder: folder })
    const { page } = app
    const watch = page.locator('.watch')
    const step = async () => Number(await watch.getByTestId('step').textContent())
    const problem = watch.locator('.notice')
    const moves = async () => {
      await eventually(() => problem.count()).toBe(0)
      const from = await step()
      await eventually(step).not.toBe(from)
    }
    await page.getByRole('tab', { name: 'Train' }).click()
    await page.getByRole('button', { name: 'Watch its policy' }).click()
    await moves()
    const checkpoint = page.getByLabel('Checkpoint', { exact: true })
    for (const [broken, words] of [
      [200, /policy-000000200\.safetensors.*(cut|short|damaged|bytes)/],
      [400, /does not fit the scene "pendulum": .*height/],
    ] as const) {
      await checkpoint.selectOption(String(broken))
      await eventually(() => problem.textContent().catch(() => '')).toMatch(words)
      await eventually(() => watch.getByRole('button', { name: 'Pause' }).count()).toBe(0)
      const stood = await step()
      await page.waitForTimeout(300)
      expect(await step()).toBe(stood)
      await checkpoint.selectOption('600')
      await moves()
    }

    // As a ghost it is told from the policy itself.
    await page.getByLabel('Ghost beside it').selectOption(run)
    const beside = page.getByLabel('Its checkpoint')
    for (const broken of [200, 400]) {
      await beside.selectOption(String(broken))
      await eventually(() => problem.textContent().catch(() => '')).toMatch(/^No ghost: /)
      await beside.selectOption('600')
      await moves()
    }

    // It goes on where it was when somebody looks again.
    await watch.getByRole('button', { name: 'Pause' }).click()
    await watch.getByRole('button', { name: 'Play' }).waitFor()
    const before = await step()
    expect(before).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'Run on show' }).click()
    await page.getByRole('button', { name: 'Watch its policy' }).click()
    await eventually(step).toBe(before)
    expect(app.errors).toEqual([])
    await app.close()
  },
  120_000,
)

/** The same file, said to observe something else. */
function ofAnotherRobot(policy: Buffer): Buffer {
  const text = policy.toString('latin1')
  expect(text).toContain('cos angle')
  return Buffer.from(text.replace('cos angle', 'height   '), 'latin1')
}
