/**
 * Takes the pictures of all states of Replay in docs/screenshots: empty, replaying, verified, differing, with a ghost, with onion-skin, cut off and
 * refused, dark and light. The library holds the rollouts of RUNS, best first; what is
 * forged, cut and broken are samples of the acrobot.
 * Run it with: npx node test/e2e/take-replay-screenshots.ts RUNS, where RUNS holds two runs or more of one scene with their best rollouts.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from './launch.ts'
import { writeSamples } from './sample-rollouts.ts'

const runsFolder = process.argv[2]
if (!runsFolder) throw new Error('Give the folder of the runs to show.')
const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-pictures-'))
const files = await writeSamples(folder)
const app = await launch('chromium', { runsFolder, size: { width: 1280, height: 720 } })
const { page } = app

async function picture(name: string): Promise<void> {
  for (const theme of ['dark', 'light']) {
    const current = await page.evaluate(() => document.documentElement.dataset.theme)
    if (current !== theme) await page.keyboard.press('Control+Shift+L')
    await sleep(900)
    const file = `docs/screenshots/replay-${name}-${theme}.png`
    await page.screenshot({ path: file })
    console.log(file)
  }
}

async function open(file: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.keyboard.press('Control+Alt+o')
  await (await chooser).setFiles([file])
  await page.locator('.replay-row.selected', { hasText: path.basename(file) }).waitFor()
  await page.getByRole('slider', { name: 'Playhead' }).waitFor()
  await sleep(500)
}

const tool = (name: string) => page.getByRole('button', { name: new RegExp(`^${name}`) }).first()

await page.getByRole('tab', { name: 'Replay' }).click()
await picture('empty')
await page.getByLabel('Order of rollouts').selectOption('best')
const rows = page.locator('.replay-row .replay-name')
await rows.first().click()
await page.getByRole('slider', { name: 'Playhead' }).waitFor()
await sleep(500)
for (let press = 0; press < 8; press++) await page.keyboard.press('Shift+ArrowRight')
await picture('replaying')
// Further on, where two policies are apart.
for (let press = 0; press < 22; press++) await page.keyboard.press('Shift+ArrowRight')
await tool('Ghost').click()
await page.getByLabel('Second rollout').selectOption({ index: 1 })
await page.getByText('total return', { exact: true }).last().waitFor()
await picture('ghost')
await page.getByRole('button', { name: 'Remove' }).click()
await tool('Onion skin').click()
await page.keyboard.press('o')
await tool('Onion skin').focus()
await picture('onion-skin')
await page.keyboard.press('o')
await page.keyboard.press('v')
await page.getByText('Every state matches').waitFor()
await picture('verified')
await open(files.forged)
await page.keyboard.press('v')
await page.getByRole('button', { name: /^Go to step/ }).click()
await picture('differing')
await open(files.cut)
await picture('cut-off')
const chooser = page.waitForEvent('filechooser')
await page.keyboard.press('Control+Alt+o')
await (await chooser).setFiles([files.broken])
await page.getByText(/this is no MCAP file/).waitFor()
await picture('refused')
await app.close()
rmSync(folder, { recursive: true, force: true })
