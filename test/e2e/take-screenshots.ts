/**
 * Takes the pictures in docs/screenshots: the three workspaces in both shells, dark and light, in two sizes.
 * And a policy that is watched, beside the ghost of another run's.
 * Run it with: npx node test/e2e/take-screenshots.ts RUNS, where RUNS holds at least two finished runs of one scene.
 */
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { launch, shells, whyNot } from './launch.ts'

const runsFolder = process.argv[2]
if (!runsFolder) throw new Error('Give the folder of the runs to show.')
const SIZES = [
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
]
mkdirSync('docs/screenshots', { recursive: true })

const workspaces = {
  async design(page: Page) {
    await page.getByRole('combobox', { name: 'Scene' }).filter({ visible: true }).selectOption('hopper')
    await page.locator('[role=treeitem][data-row*="/torso/"]').click()
  },
  async train(page: Page) {
    // What a run was warned of as it began has been read.
    await page.locator('.train-run progress').waitFor()
    await sleep(1000)
    const dismiss = page.locator('.train-run').getByRole('button', { name: 'Dismiss' })
    for (let count = await dismiss.count(); count > 0; count--) await dismiss.first().click()
    // The robot in motion, rather than the run's last moment, which is over.
    await page.getByLabel('The stage shows').selectOption('policy')
    await sleep(1000)
  },
  async replay(page: Page) {
    await page.getByRole('row', { name: /best/ }).first().click()
    await page.getByRole('slider', { name: 'Playhead' }).waitFor()
    const playhead = page.getByRole('slider', { name: 'Playhead' })
    await playhead.focus()
    await playhead.press('Home')
    for (let press = 0; press < 40; press++) await playhead.press('ArrowRight')
  },
} satisfies Record<string, (page: Page) => Promise<void>>

for (const shell of shells) {
  if (await whyNot(shell)) continue
  for (const size of SIZES) {
    const app = await launch(shell, { runsFolder, size })
    for (const theme of ['dark', 'light']) {
      await setTheme(app.page, theme)
      for (const [name, show] of Object.entries(workspaces)) {
        await app.page.getByRole('tab', { name: new RegExp(name, 'i') }).click()
        await show(app.page)
        await sleep(1500)
        const file = `docs/screenshots/${name}-${shell}-${theme}-${size.width}x${size.height}.png`
        await app.page.screenshot({ path: file })
        console.log(file)
      }
      if (shell === 'chromium' && size === SIZES[0]) await watch(app.page, theme)
    }
    await app.close()
  }
}

async function watch(page: Page, theme: string): Promise<void> {
  await page.getByRole('tab', { name: /train/i }).click()
  await page.getByRole('button', { name: 'Watch its policy' }).click()
  const ghost = page.getByLabel('Ghost beside it')
  await ghost.selectOption({ index: 2 })
  await page.getByLabel('Its checkpoint').waitFor()
  await sleep(1000)
  // From the start, side by side.
  await page.getByRole('button', { name: 'Reset', exact: true }).click()
  await sleep(1000)
  const file = `docs/screenshots/train-watching-${theme}.png`
  await page.screenshot({ path: file })
  console.log(file)
  await ghost.selectOption('')
  await page.getByRole('button', { name: 'Run on show' }).click()
}

async function setTheme(page: Page, theme: string): Promise<void> {
  const current = await page.evaluate(() => document.documentElement.dataset.theme)
  if (current !== theme) await page.getByRole('button', { name: /(light|dark) theme/i }).click()
}
