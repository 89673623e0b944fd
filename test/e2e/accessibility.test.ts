/** axe-core finds nothing serious in the design workspace: names, roles, contrast (WCAG AA), in light and dark. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import type axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, launch, whyNot } from './launch.ts'

const reason = await whyNot('chromium')
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

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

  test.each([
    ['light', 'Properties'],
    ['light', 'Live'],
    ['light', 'Task'],
    ['dark', 'Properties'],
    ['dark', 'Live'],
    ['dark', 'Task'],
  ])(
    '%s, with %s in the inspector, has no serious violation',
    async (theme, tab) => {
      const { page } = app
      const shown = () => page.evaluate(() => document.documentElement.dataset.theme)
      if ((await shown()) !== theme) await page.keyboard.press('Control+Shift+L')
      expect(await shown()).toBe(theme)
      await page.getByRole('button', { name: tab, exact: true }).click()
      await page.evaluate(AXE)
      const results = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run(document))
      expect(results.passes.length).toBeGreaterThan(10)
      const serious = results.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(
        serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
      ).toEqual([])
    },
    60_000,
  )
})
