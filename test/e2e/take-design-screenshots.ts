/**
 * Takes the pictures of the states of Design in docs/screenshots, dark and light: a new scene, one part and several selected, its shapes, a
 * problem, a name being typed, the task, in play with overlays, the gallery, the questions. Run it with: npx node test/e2e/take-design-screenshots.ts
 * [FOLDER [1920x1080]]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { launch } from './launch.ts'

const [target = 'docs/screenshots', dimensions = '1280x720'] = process.argv.slice(2)
const [width = 1280, height = 720] = dimensions.split('x').map(Number)
const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-pictures-'))
mkdirSync(target, { recursive: true })

for (const theme of ['dark', 'light']) {
  const app = await launch('chromium', { runsFolder: path.join(folder, theme, 'runs'), size: { width, height } })
  await takeAll(app.page, theme)
  await app.close()
}
rmSync(folder, { recursive: true, force: true })

async function takeAll(page: Page, theme: string): Promise<void> {
  const key = (name: string) => page.keyboard.press(name)
  const row = (name: string) => page.locator(`[role=treeitem][data-row*="/${name}/"]`)
  const scene = page.getByRole('combobox', { name: 'Scene' }).filter({ visible: true })
  const field = (name: string) => page.locator(`[data-field="${name}"] input:not([type=range])`)
  const scroll = (top: number) => page.locator('.inspector').evaluate((element, to) => element.scrollTo(0, to), top)
  const picture = async (name: string) => {
    await sleep(500)
    const file = path.join(target, `design-${name}-${theme}.png`)
    await page.screenshot({ path: file })
    console.log(file)
  }

  await page.locator('.canvas-layer').waitFor()
  if ((await page.evaluate(() => document.documentElement.dataset.theme)) !== theme) await key('Control+Shift+L')
  await key('Alt+n')
  await page.getByText('Not a scene yet.').waitFor()
  await picture('new')

  await scene.selectOption('hopper')
  await row('torso').click()
  await picture('one-selected')
  await scroll(99_999)
  await picture('its-shapes')
  await scroll(0)
  await row('foot').click({ modifiers: ['Shift'] })
  await picture('several-selected')
  await row('leg_joint').click()
  await field('damping').fill('2*pi/')
  await picture('wrong-formula')
  await key('Escape')
  await field('damping').fill('-1/3')
  await key('Enter')
  await row('torso').click()
  await page.locator('.problem').first().click()
  await picture('problem')
  await key('Control+z')
  await row('leg_joint').click()
  await key('F2')
  await page.keyboard.type('thigh')
  await picture('renaming')
  await key('Escape')
  await key('Escape')
  await picture('scene-settings')

  await page.getByRole('button', { name: 'Task', exact: true }).click()
  await picture('task')
  await page.getByRole('button', { name: 'Live', exact: true }).click()
  for (const overlay of ['Shift+C', 'Shift+J', 'Shift+M', 'Shift+V']) await key(overlay)
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await sleep(1200)
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await picture('in-play')
  await page.getByRole('button', { name: 'Reset', exact: true }).click()

  await row('torso').click()
  await field('density').fill('1200')
  await key('Enter')
  await scene.selectOption('pendulum')
  await picture('question')
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
  await picture('name')
  await page.getByLabel('Name of the scene').fill('heavy-hopper')
  await key('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await key('Control+Shift+o')
  await page.locator('.gallery-card svg').first().waitFor()
  await picture('gallery')
}
