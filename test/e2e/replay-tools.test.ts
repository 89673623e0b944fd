/** Replay as a person uses it: files opened, verified, set beside each other; and axe-core finds nothing serious in any of its states. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seriousViolations } from './axe.ts'
import { eventually } from './eventually.ts'
import { type App, launch, whyNot } from './launch.ts'
import { FORGED_STEP, SAMPLE_STEPS, SHORT_STEPS, writeSamples } from './sample-rollouts.ts'

const reason = await whyNot('chromium')

describe.skipIf(reason !== undefined)('replay', () => {
  let folder: string
  let app: App
  let files: Awaited<ReturnType<typeof writeSamples>>

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-replay-'))
    files = await writeSamples(folder)
    app = await launch('chromium', { runsFolder: path.join(folder, 'runs') })
  })
  afterAll(async () => {
    await app?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Drops a file on the window, wherever it is. */
  const drop = (file: string) =>
    app.page.evaluate(
      ([name, content]) => {
        const data = new DataTransfer()
        data.items.add(new File([Uint8Array.from(atob(content!), (letter) => letter.charCodeAt(0))], name!))
        for (const type of ['dragenter', 'dragover', 'drop'])
          window.dispatchEvent(new DragEvent(type, { dataTransfer: data, cancelable: true }))
      },
      [path.basename(file), readFileSync(file).toString('base64')],
    )
  const tool = (name: string) => app.page.getByRole('button', { name: new RegExp(`^${name}`) }).first()
  const transport = () => app.page.locator('.transport').textContent()
  const isAt = (step: number) => eventually(transport).toContain(`Step${step} of`)

  /** In both themes. */
  async function expectNoViolation(): Promise<void> {
    for (let theme = 0; theme < 2; theme++) {
      await app.page.keyboard.press('Control+Shift+L')
      expect(await seriousViolations(app.page)).toEqual([])
    }
  }

  test('is empty at first, and says how to begin', async () => {
    await app.page.getByRole('tab', { name: 'Replay' }).click()
    await app.page.getByText('No rollout open').waitFor()
    await expectNoViolation()
  }, 60_000)

  test('opens a file that is dropped on another workspace', async () => {
    await app.page.getByRole('tab', { name: 'Train' }).click()
    await drop(files.whole)
    await app.page.getByRole('slider', { name: 'Playhead' }).waitFor()
    await isAt(0)
    expect(await transport()).toContain(`of ${SAMPLE_STEPS}`)
    const strip = app.page.getByRole('img', { name: /^Timeline/ })
    expect(await strip.getAttribute('aria-label')).toContain(`truncated by the time limit at step ${SAMPLE_STEPS}`)
    await expectNoViolation()
  }, 60_000)

  test('moves by keys: a step, ten, to the end; faster and slower', async () => {
    const { page } = app
    // The playhead took the focus: the file came in another workspace.
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('range')
    for (let press = 0; press < 3; press++) await page.keyboard.press('ArrowRight')
    await isAt(3)
    await page.keyboard.press('Home')
    // With the focus elsewhere the keys are the player's too.
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    for (const key of ['Shift+ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key)
    await isAt(20)
    await page.keyboard.press('Shift+ArrowLeft')
    await isAt(10)
    await page.keyboard.press('End')
    await isAt(SAMPLE_STEPS)
    for (let press = 0; press < 4; press++) await page.keyboard.press(']')
    expect(await page.getByLabel('Speed', { exact: true }).last().inputValue()).toBe('10')
    await page.keyboard.press('Shift+ArrowLeft')
    await isAt(SAMPLE_STEPS - 10)
    await page.keyboard.press('Space')
    await isAt(SAMPLE_STEPS)
    await page.keyboard.press('Home')
    await isAt(0)
  }, 60_000)

  test('verifies it', async () => {
    await app.page.keyboard.press('v')
    await app.page.getByText(`Every state matches over ${SAMPLE_STEPS} steps`).waitFor()
    await expectNoViolation()
  }, 60_000)

  test('sets a second rollout beside it as a ghost, with its curves', async () => {
    const { page } = app
    const chooser = page.waitForEvent('filechooser')
    await page.keyboard.press('Control+Alt+o')
    await (await chooser).setFiles([files.whole, files.short])
    await eventually(() => page.locator('.replay-row').count()).toBe(3)
    await page.getByRole('button', { name: 'whole.mcap file' }).first().click()
    await page.locator('.replay .stage').waitFor()
    await tool('Ghost').click()
    await page.getByLabel('Second rollout').selectOption({ label: 'short.mcap (-600.00)' })
    await page.locator('.ghost-table').waitFor()
    await page.locator('[data-plot=return]').scrollIntoViewIfNeeded()
    await eventually(() => page.locator('[data-plot=return] .plot-entry').count()).toBe(2)
    await eventually(() => page.getByRole('img', { name: /^Timeline/ }).getAttribute('aria-label')).toContain(
      `the ghost ends at step ${SHORT_STEPS}`,
    )
    await expectNoViolation()
  }, 60_000)

  test('shows poses before and after', async () => {
    await app.page.locator('.replay .stage').focus()
    await app.page.keyboard.press('o')
    await tool('Onion skin').click()
    expect(await app.page.getByLabel('Show', { exact: true }).isChecked()).toBe(true)
    await expectNoViolation()
    await app.page.keyboard.press('o')
  }, 60_000)

  test('goes to the first difference of a forged one', async () => {
    const { page } = app
    await drop(files.forged)
    await page.getByRole('button', { name: /^forged/ }).waitFor()
    await page.locator('.replay-row.selected', { hasText: 'forged' }).waitFor()
    await page.locator('.replay .stage').focus()
    await page.keyboard.press('v')
    await page.getByRole('button', { name: `Go to step ${FORGED_STEP}` }).click()
    await isAt(FORGED_STEP)
    // From mark to mark: the difference, the end of the ghost, which stayed, and the end.
    await page.locator('.replay .stage').focus()
    await page.keyboard.press('m')
    await isAt(SHORT_STEPS)
    await page.keyboard.press('m')
    await isAt(SAMPLE_STEPS)
    for (let press = 0; press < 2; press++) await page.keyboard.press('Shift+M')
    await isAt(FORGED_STEP)
    await expectNoViolation()
  }, 60_000)

  test('plays what is left of a file that is cut off, and names one that is broken', async () => {
    const { page } = app
    await drop(files.cut)
    await page
      .getByText(/The file is cut off or damaged: \d+ recorded steps are lost\. All steps before them are here/)
      .waitFor()
    await drop(files.broken)
    await page.getByText(/^broken\.mcap: this is no MCAP file/).waitFor()
    await expectNoViolation()
  }, 60_000)

  test('goes through its library by keys', async () => {
    const { page } = app
    const names = await page.locator('.replay-row .replay-name').allTextContents()
    const open = () => page.locator('.replay-row.selected .replay-name').textContent()
    const at = names.indexOf((await open())!)
    const by = at === 0 ? 1 : -1
    await page.keyboard.press(by === 1 ? 'Alt+ArrowDown' : 'Alt+ArrowUp')
    await eventually(open).toBe(names[at + by])
  }, 60_000)

  test('filters its library, and closes a file', async () => {
    const { page } = app
    await page.locator('.replay .stage').focus()
    await page.keyboard.press('/')
    await page.keyboard.type('short')
    await eventually(() => page.locator('.replay-row').count()).toBe(1)
    await page.getByRole('button', { name: 'Close short.mcap' }).click()
    await page.getByText('No rollout has all of these words.').waitFor()
    await page.getByLabel('Filter rollouts').fill('')
    await eventually(() => page.locator('.replay-row').count()).toBe(4)
    expect(app.errors).toEqual([])
  }, 60_000)
})
