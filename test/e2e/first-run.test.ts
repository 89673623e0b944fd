/** The first start: the hopper in motion, three ways in, a tour of five steps; and never again once it has ended, but from Help. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { seriousViolations } from './axe.ts'
import { eventually } from './eventually.ts'
import { type App, launch, type Shell, shells, whyNot } from './launch.ts'

const reasons = new Map<Shell, string | undefined>()
for (const shell of shells) reasons.set(shell, await whyNot(shell))

/** In light and dark; the page is then as it was. */
async function expectNoViolation({ page }: App): Promise<void> {
  for (let theme = 0; theme < 2; theme++) {
    expect(await seriousViolations(page)).toEqual([])
    await page.keyboard.press('Control+Shift+L')
  }
}

describe.each(shells)('in %s', (shell) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-first-'))
  const profile = path.join(folder, 'user')
  const open = (): Promise<App> => launch(shell, { runsFolder: path.join(folder, 'runs'), profile, isFirstRun: true })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.skipIf(reasons.get(shell) !== undefined)(
    'a new user meets the hopper, takes the tour once, and has it again from Help',
    async () => {
      let app = await open()
      const welcome = () => app.page.getByRole('dialog', { name: 'Welcome to TorqueLab' })
      const step = (number: number) => app.page.getByRole('dialog', { name: `Tour, step ${number} of 5` })
      const command = async (words: string) => {
        await app.page.keyboard.press('Control+k')
        await app.page.keyboard.type(words)
        await app.page.keyboard.press('Enter')
      }
      await welcome().waitFor()
      for (const way of ['Design', 'Train', 'Replay'])
        await welcome()
          .getByRole('button', { name: new RegExp(`^${way}`) })
          .waitFor()
      await expectNoViolation(app)
      // It hops: a second on, it is ahead of where it was, and has not fallen.
      const sensor = async (name: string) =>
        Number(await app.page.locator(`[data-sensor="${name}"]`).getAttribute('data-value'))
      await eventually(() => sensor('torso.x')).toBeGreaterThan(1)
      expect(await sensor('torso.y')).toBeGreaterThan(0.7)

      // Away from the start the frame says so, and there is nothing to draw with.
      await app.page.getByRole('status').filter({ hasText: 'In play' }).waitFor()
      expect(await app.page.locator('.canvas-layer, .canvas-toolbar').count()).toBe(0)

      await app.page.keyboard.press('Enter')
      for (let number = 1; number <= 5; number++) {
        await step(number).waitFor()
        await expectNoViolation(app)
        await step(number)
          .getByRole('button', { name: /^(Next|Done)$/ })
          .press('Enter')
      }
      await eventually(() => app.page.getByRole('dialog').count()).toBe(0)
      expect(app.errors).toEqual([])
      await app.close()

      app = await open()
      await app.page.locator('.canvas-layer').waitFor()
      expect(await welcome().count()).toBe(0)
      await command('Take the tour')
      await step(1).waitFor()
      await app.page.keyboard.press('Escape')
      await eventually(() => app.page.getByRole('dialog').count()).toBe(0)
      await command('Welcome')
      await welcome()
        .getByRole('button', { name: /^Train/ })
        .click()
      await app.page.getByRole('form', { name: 'New run' }).waitFor()
      expect(app.errors).toEqual([])
      await app.close()
    },
    120_000,
  )
})
