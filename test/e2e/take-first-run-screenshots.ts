/**
 * Takes the pictures of the first start in docs/screenshots: the welcome, and the steps of the tour, dark and light.
 * Run it with: npx node test/e2e/take-first-run-screenshots.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from './launch.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-pictures-'))
for (const theme of ['dark', 'light']) {
  const { page, close } = await launch('chromium', { runsFolder: path.join(folder, theme, 'runs'), isFirstRun: true })
  const current = await page.evaluate(() => document.documentElement.dataset.theme)
  if (current !== theme) await page.getByRole('button', { name: /(light|dark) theme/i }).click()
  const picture = async (name: string) => {
    const file = `docs/screenshots/first-run-${name}-${theme}.png`
    await page.screenshot({ path: file })
    console.log(file)
  }
  await page.getByRole('dialog').waitFor()
  await sleep(2500)
  await picture('welcome')
  await page.getByRole('button', { name: /Take the tour/ }).click()
  for (let step = 1; step <= 5; step++) {
    await sleep(1200)
    await picture(`tour-${step}`)
    await page.keyboard.press('Enter')
  }
  await close()
}
rmSync(folder, { recursive: true, force: true })
