/** The app as a person uses it, in both shells: play by hand, train and watch, replay. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { standStill } from '../stand-still.ts'
import { eventually } from './eventually.ts'
import { type App, launch, type Shell, shells, whyNot } from './launch.ts'

const reasons = new Map<Shell, string | undefined>()
for (const shell of shells) reasons.set(shell, await whyNot(shell))

const STEPS = 2000
/** Small networks: this is about the window, not about learning. */
const SMALL = { 'Hidden sizes': '32, 32', 'Evaluation episodes': '2', 'Report episodes': '2' }

let folder: string
let app: App

function freshFolder(): void {
  folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-window-'))
}
async function close(): Promise<void> {
  await app?.close()
  rmSync(folder, { recursive: true, force: true })
}

const tab = (name: string) => app.page.getByRole('tab', { name }).click()
/** Of the workspace on show: what is hidden has no role. */
const button = (name: string) => app.page.getByRole('button', { name, exact: true })
const testId = (id: string) => app.page.getByTestId(id)
/** The title of a group of settings: a click opens and closes it. */
const group = (title: string) => app.page.locator('summary').filter({ hasText: new RegExp(`^${title}`) })
const status = (word: string) => testId('run-status').getByText(word, { exact: true }).waitFor()
/** A number as the window writes it, with thousands separators and a true minus. */
const numberOf = (text: string | null) => Number.parseFloat((text ?? '').replaceAll(',', '').replace('−', '-'))
const read = async (locator: Locator) => numberOf(await locator.textContent())
const sensor = async (name: string) =>
  Number(await app.page.locator(`[data-sensor="${name}"]`).getAttribute('data-value'))

async function setUpTraining(steps: number): Promise<void> {
  await tab('Train')
  await app.page.getByLabel('Steps', { exact: true }).fill(String(steps))
  await app.page.getByLabel('Seeds', { exact: true }).fill('3')
  for (const title of ['Learning', 'Evaluation']) await group(title).click()
  for (const [label, value] of Object.entries(SMALL)) await app.page.getByLabel(label, { exact: true }).fill(value)
}

describe.each(shells)('in %s', (shell) => {
  describe.skipIf(reasons.get(shell) !== undefined)('the window', () => {
    beforeAll(async () => {
      freshFolder()
      app = await launch(shell, { runsFolder: path.join(folder, 'runs') })
    })
    afterEach(() => expect(app.errors).toEqual([]))
    afterAll(close)

    test('a person plays the pendulum by hand', async () => {
      const torque = app.page.getByRole('slider', { name: /torque/i })
      const velocityAfterOneStep = async (action: string): Promise<number> => {
        await button('Reset').click()
        await eventually(() => read(testId('time'))).toBe(0)
        await torque.fill(action)
        await button('Step').click()
        await eventually(() => read(testId('time'))).toBe(0.05)
        return sensor('hinge.velocity')
      }
      await torque.waitFor()
      // Pendulum-v1: 2 N·m on 1/3 kg·m² for 0.05 s.
      const [free, pushed] = [await velocityAfterOneStep('0'), await velocityAfterOneStep('1')]
      expect(pushed - free).toBeGreaterThan(0.25)
      expect(pushed - free).toBeLessThan(0.35)

      await button('Play').click()
      await eventually(() => read(testId('time'))).toBeGreaterThan(0.5)
      await button('Pause').click()
      await button('Play').waitFor()
      const pose = async () => [await read(testId('time')), await sensor('hinge.velocity')]
      const [, velocity] = await standStill(pose, 300)
      expect(velocity).not.toBe(pushed)
    })

    test('trains while the curve grows, pauses, goes on, and stops', async () => {
      await setUpTraining(100_000)
      await button('Start').click()
      await status('running')
      const curve = app.page.locator('[data-plot="episode-return"]')
      const points = async () => Number(await curve.getAttribute('data-points'))
      const step = () => read(testId('train-step'))
      await eventually(points).toBeGreaterThanOrEqual(2)
      const [before, at] = [await points(), await step()]

      await button('Pause').click()
      await status('paused')
      // Numbers of a run that trains change once a second.
      const held = await standStill(step, 1500)
      await button('Resume').click()
      await status('running')

      await eventually(step).toBeGreaterThanOrEqual(held + STEPS)
      expect(held).toBeGreaterThanOrEqual(at)
      // STEPS are ten episodes of 200 steps.
      await eventually(points).toBeGreaterThanOrEqual(before + STEPS / 200 - 1)

      await button('Stop').click()
      await eventually(() => testId('run-status').textContent()).toBe('stopped')
      const row = app.page.getByRole('region', { name: 'Runs' }).getByRole('row').filter({ hasText: 'pendulum' })
      expect(await row.textContent()).toContain('stopped')
    }, 180_000)

    test('shows the best rollout to its end, with the time and return of the list', async () => {
      await tab('Replay')
      const row = app.page.getByRole('row').filter({ hasText: 'pendulum', visible: true }).filter({ hasText: 'best' })
      await row.waitFor()
      const [, listed] = await row.getByRole('cell').allTextContents()
      await row.click()
      const playhead = app.page.getByRole('slider', { name: 'Playhead' })
      await playhead.waitFor()
      expect(await testId('replay-time').textContent()).toBe('0.00 s')
      await playhead.press('End')
      await eventually(() => testId('replay-time').textContent()).toBe('10.00 s')
      const shown = await testId('replay-return').textContent()
      expect(numberOf(shown)).toBeLessThan(0)
      expect(shown).toBe(listed)
      expect(await testId('rollout-return').textContent()).toBe(listed)

      await button('To the start').click()
      expect(await testId('replay-return').textContent()).not.toBe(listed)
      await button('Play').click()
      await eventually(() => read(testId('replay-time'))).toBeGreaterThan(0.5)
    })

    test('is as it was after it is loaded again', async () => {
      await app.page.reload()
      await tab('Train')
      await eventually(() => testId('run-status').textContent()).toBe('stopped')
      await eventually(async () =>
        Number(await app.page.locator('[data-plot="episode-return"]').getAttribute('data-points')),
      ).toBeGreaterThanOrEqual(STEPS / 200 - 1)
    })

    test('trains TD3 with a tick and a choice of its own', async () => {
      const field = (label: string) => app.page.getByLabel(label, { exact: true }).filter({ visible: true })
      await setUpTraining(450)
      expect(await app.page.getByLabel('Twin critics', { exact: true }).isVisible()).toBe(false)
      await field('Algorithm').selectOption('TD3')
      await group('TD3').click()
      await eventually(() => field('Twin critics').isChecked()).toBe(true)
      await group('Replay').click()
      await field('Prioritised replay').check()
      await group('Exploration').click()
      await field('Noise').selectOption('ornstein-uhlenbeck')
      await eventually(() => group('Replay').textContent()).toBe('Replay1 changed')
      await field('Noise theta').fill('lots')
      await eventually(() => group('Exploration').textContent()).toBe('Explorationto be mended')
      expect(await button('Start').isDisabled()).toBe(true)
      await button('Reset Noise theta to 0.15').click()
      await eventually(() => group('Exploration').textContent()).toBe('Exploration1 changed')

      await button('Start').click()
      await status('finished')
      const shown = await app.page.getByRole('region', { name: 'Run on show' }).textContent()
      expect(shown).toContain('pendulum-td3-seed3-1')
      expect(shown).toMatch(/TD3 · seed 3 · default · fused, \d+ threads?/)
      const run = JSON.parse(readFileSync(path.join(folder, 'runs/pendulum-td3-seed3-1/run.json'), 'utf8'))
      expect(run).toMatchObject({
        algorithm: 'td3',
        settings: { twinCritics: true, prioritisedReplay: true, noise: 'ornstein-uhlenbeck', noiseTheta: 0.15 },
      })
    }, 60_000)
  })
})

describe.skipIf(reasons.get('electron') !== undefined)('the desktop app alone', () => {
  const scene = () => {
    const file = path.join(folder, 'mine.json')
    const text = readFileSync(path.resolve('scenes/pendulum.json'), 'utf8')
    writeFileSync(file, JSON.stringify({ ...JSON.parse(text), name: 'my pendulum' }))
    return file
  }
  const chosen = () =>
    app.page.getByRole('combobox', { name: 'Scene' }).filter({ visible: true }).locator('option:checked').textContent()
  /** Chooses an item of the menu as a click does. */
  const choose = (...labels: string[]) =>
    app.electron!.evaluate(({ Menu }, names) => {
      let items = Menu.getApplicationMenu()!.items
      for (const name of names.slice(0, -1))
        items = items.find(({ label }) => label.replaceAll('&', '') === name)!.submenu!.items
      items.find(({ label }) => label.replaceAll('&', '') === names.at(-1))!.click()
    }, labels)

  beforeAll(freshFolder)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  afterEach(async () => {
    const { errors } = app
    await app.close()
    expect(errors).toEqual([])
  })

  test('opens a scene of the command line, and remembers it in its menu', async () => {
    const profile = path.join(folder, 'profile')
    app = await launch('electron', { runsFolder: path.join(folder, 'runs'), scene: scene(), profile })
    await eventually(chosen).toBe('my pendulum (file)')
    expect(JSON.parse(readFileSync(path.join(profile, 'recent.json'), 'utf8'))).toEqual({ files: [scene()] })
    await app.page.getByRole('combobox', { name: 'Scene' }).filter({ visible: true }).selectOption('pendulum')
    await eventually(chosen).toBe('pendulum')
    await choose('File', 'Open recent', `mine.json  (${folder})`)
    await eventually(chosen).toBe('my pendulum (file)')
  })

  test('opens a scene by its dialog; a file that is no scene is explained and changes nothing', async () => {
    app = await launch('electron', { runsFolder: path.join(folder, 'runs') })
    await eventually(chosen).toBe('pendulum')
    const wrong = path.join(folder, 'wrong.json')
    // A scene with problems would be opened, to be mended.
    writeFileSync(wrong, '{ "format": "other" }')
    await app.electron!.evaluate(
      ({ dialog }, files) => {
        const said: string[] = []
        Object.assign(globalThis, { said })
        dialog.showMessageBox = (async (_window: unknown, { detail }: { detail: string }) => said.push(detail)) as never
        dialog.showOpenDialog = (async () => ({ canceled: false, filePaths: [files.shift()!] })) as never
      },
      [wrong, scene()],
    )
    await choose('File', 'Open scene…')
    const said = () => app.electron!.evaluate(() => (globalThis as unknown as { said: string[] }).said)
    await eventually(async () => (await said()).join()).toContain(wrong)
    expect(await chosen()).toBe('pendulum')
    await choose('File', 'Open scene…')
    await eventually(chosen).toBe('my pendulum (file)')
  })

  test('its menu changes the workspace and the theme', async () => {
    app = await launch('electron', { runsFolder: path.join(folder, 'runs') })
    const selected = () => app.page.getByRole('tab', { selected: true }).textContent()
    await eventually(selected).toBe('Design')
    await choose('View', 'Replay')
    await eventually(selected).toBe('Replay')
    await choose('View', 'Train')
    await eventually(selected).toBe('Train')
    const background = () => app.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const before = await background()
    await choose('View', 'Toggle theme')
    await eventually(background).not.toBe(before)
  })

  test('quitting stops what trains, and keeps it', async () => {
    const runsFolder = path.join(folder, 'quit')
    app = await launch('electron', { runsFolder })
    await setUpTraining(100_000)
    await button('Start').click()
    await status('running')
    await eventually(() => read(testId('train-step'))).toBeGreaterThan(50)
    expect(await app.close()).toBe(0)
    const run = JSON.parse(readFileSync(path.join(runsFolder, 'pendulum-ddpg-seed3-1', 'run.json'), 'utf8'))
    expect(run.status).toBe('stopped')
    expect(run.result.steps).toBeGreaterThan(50)
  })
})

describe.skipIf(reasons.get('chromium') !== undefined)(
  'in a browser whose connection is cut while a run trains',
  () => {
    beforeAll(async () => {
      freshFolder()
      app = await launch('chromium', { runsFolder: path.join(folder, 'runs') })
    })
    afterAll(close)

    test('it says so, comes back by itself, and goes on showing the run', async () => {
      const links: { close(): Promise<void> }[] = []
      let isReachable = true
      await app.page.routeWebSocket(/\/socket/, (link) => {
        if (!isReachable) return void link.close()
        link.connectToServer()
        links.push(link)
      })
      await app.page.reload()
      await setUpTraining(10_000_000)
      await button('Start').click()
      await status('running')
      await eventually(() => read(testId('train-step'))).toBeGreaterThan(200)

      isReachable = false
      await links[0]!.close()
      await app.page.getByText('The connection to TorqueLab’s host is lost.').waitFor()
      // What is asked now is refused in words, and not done later.
      await button('Pause').click()
      await app.page.locator('.train-run').getByText('The connection to TorqueLab’s host is lost.').waitFor()
      const step = await read(testId('train-step'))

      isReachable = true
      await button('Try now').click()
      await app.page.getByText('The connection to TorqueLab’s host is lost.').first().waitFor({ state: 'detached' })
      await status('running')
      await eventually(() => read(testId('train-step'))).toBeGreaterThan(step)
      expect(links).toHaveLength(2)
      await button('Stop').click()
      await status('stopped')
    })
  },
)
