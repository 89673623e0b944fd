/** axe-core finds nothing serious in the design workspace: names, roles, contrast (WCAG AA), in light and dark. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seriousViolations } from './axe.ts'
import { type App, launch, whyNot } from './launch.ts'

const reason = await whyNot('chromium')

describe.skipIf(reason !== undefined)('the design workspace', () => {
  let folder: string
  let app: App
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-axe-'))
    app = await launch('chromium', { runsFolder: path.join(folder, 'runs') })
    await app.page.getByRole('treeitem', { name: /^rod/ }).click()
    await app.page.getByRole('button', { name: 'Step', exact: true }).click()
  })
  afterAll(async () => {
    await app?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const check = async (theme: string) => {
    const { page } = app
    const shown = () => page.evaluate(() => document.documentElement.dataset.theme)
    if ((await shown()) !== theme) await page.keyboard.press('Control+Shift+L')
    expect(await shown()).toBe(theme)
    expect(await seriousViolations(page)).toEqual([])
  }

  describe.each(['light', 'dark'])('%s', (theme) => {
    test.each(['Properties', 'Live', 'Task'])(
      'with %s in the inspector has no serious violation',
      async (tab) => {
        await app.page.getByRole('button', { name: tab, exact: true }).click()
        await check(theme)
      },
      60_000,
    )

    test.each<[string, (page: App['page']) => Promise<unknown>]>([
      ['nothing selected', (page) => page.keyboard.press('Escape')],
      ['several parts selected', (page) => page.keyboard.press('Control+a')],
      [
        'a name being typed',
        async (page) => {
          await page.getByRole('treeitem', { name: /^rod/ }).click()
          await page.keyboard.press('F2')
          await page.keyboard.type('mount')
        },
      ],
      [
        'a problem',
        async (page) => {
          await page.getByRole('treeitem', { name: /^rod/ }).click()
          await page.locator('[data-field="mass"] input').fill('-1')
          await page.keyboard.press('Enter')
          await page.locator('.problem').waitFor()
        },
      ],
      [
        'the gallery',
        (page) => page.keyboard.press('Control+o').then(() => page.locator('.gallery svg').first().waitFor()),
      ],
      ['the question about changes', (page) => page.keyboard.press('Alt+n')],
    ])(
      'with %s has no serious violation',
      async (_, show) => {
        const { page } = app
        await page.locator('.stage').first().focus()
        await page.getByRole('button', { name: 'Reset', exact: true }).click()
        await page.getByRole('button', { name: 'Properties', exact: true }).click()
        // Of the theme before a dialog takes the keys.
        if ((await page.evaluate(() => document.documentElement.dataset.theme)) !== theme) {
          await page.keyboard.press('Control+Shift+L')
        }
        await show(page)
        await check(theme)
        await page.keyboard.press('Escape')
      },
      60_000,
    )
  })
})
