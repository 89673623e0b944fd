/**
 * Takes the pictures of all states of Train in docs/screenshots: empty, running with a queue, paused, failed and comparing, dark and light.
 * Run it with: npx node test/e2e/take-train-screenshots.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from './launch.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-pictures-'))
const size = { width: 1280, height: 720 }
const open = (runsFolder: string, env: Record<string, string> = {}) => launch('chromium', { runsFolder, env, size })
type App = Awaited<ReturnType<typeof open>>

async function picture({ page }: App, name: string): Promise<void> {
  for (const theme of ['dark', 'light']) {
    const current = await page.evaluate(() => document.documentElement.dataset.theme)
    if (current !== theme) await page.getByRole('button', { name: /(light|dark) theme/i }).click()
    await sleep(700)
    const file = `docs/screenshots/train-${name}-${theme}.png`
    await page.screenshot({ path: file })
    console.log(file)
  }
}

async function start({ page }: App, steps: number, seeds: string): Promise<void> {
  await page.getByRole('tab', { name: 'Train' }).click()
  await page.getByLabel('Steps', { exact: true }).fill(String(steps))
  await page.getByLabel('Seeds', { exact: true }).fill(seeds)
  await page.getByRole('button', { name: /^Start/ }).click()
}

// A thread that dies, for the run that fails.
const runsFolder = path.join(folder, 'runs')
const failing = await open(runsFolder, { TORQUELAB_TEST_KILL_WORKER: '1500' })
await failing.page.getByRole('tab', { name: 'Train' }).click()
await picture(failing, 'empty')
await start(failing, 6000, '9')
await failing.page.getByTestId('run-status').getByText('failed', { exact: true }).waitFor({ timeout: 120_000 })
await picture(failing, 'failed')
await failing.close()

const app = await open(runsFolder)
const { page } = app
await start(app, 4000, '1-3')
await sleep(12_000)
await picture(app, 'running')
await page.getByRole('button', { name: 'Pause', exact: true }).click()
await page.getByTestId('run-status').getByText('paused', { exact: true }).waitFor()
await picture(app, 'paused')
await page.getByRole('button', { name: 'Resume', exact: true }).click()
await page.getByRole('button', { name: /All runs/ }).click()
for (const box of await page.getByRole('checkbox', { name: /^Compare .*seed[12]/ }).all()) await box.check()
await sleep(10_000)
await picture(app, 'comparing')
await app.close()
rmSync(folder, { recursive: true, force: true })
