/** The design workspace as its user has it: a robot built by mouse and keyboard, saved, opened again, and brought back after a kill. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { type App, launch, type Shell, shells, whyNot } from './launch.ts'

const reasons = new Map<Shell, string | undefined>()
for (const shell of shells) reasons.set(shell, await whyNot(shell))

describe.each(shells)('in %s', (shell) => {
  describe.skipIf(reasons.get(shell) !== undefined)('the design workspace', () => {
    let folder: string
    let app: App
    const runsFolder = () => path.join(folder, 'runs')
    const file = () => path.join(folder, 'my-scenes', 'arm.json')
    const scene = () => JSON.parse(readFileSync(file(), 'utf8'))
    beforeAll(async () => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-design-'))
      app = await launch(shell, { runsFolder: runsFolder() })
    })
    afterAll(async () => {
      await app?.close()
      rmSync(folder, { recursive: true, force: true })
    })

    /** A point of the canvas, in shares of its size. */
    const at = async (x: number, y: number): Promise<[number, number]> => {
      const box = (await app.page.locator('.canvas-layer').boundingBox())!
      return [box.x + box.width * x, box.y + box.height * y]
    }
    const key = (name: string) => app.page.keyboard.press(name)
    const drag = async (from: [number, number], to: [number, number]) => {
      await app.page.mouse.move(...(await at(...from)))
      await app.page.mouse.down()
      await app.page.mouse.move(...(await at(...to)), { steps: 5 })
      await app.page.mouse.up()
    }
    const click = async (x: number, y: number) => app.page.mouse.click(...(await at(x, y)))
    const selected = () =>
      app.page.locator('[data-selected]').evaluateAll((all) => all.map((one) => one.getAttribute('data-selected')))

    test('an arm of two links is built from nothing by mouse and keyboard, and saved', async () => {
      await app.page.locator('.canvas-layer').waitFor()
      await key('Alt+n')
      await app.page.getByText('Not a scene yet.').waitFor()
      await key('g')
      await drag([0.3, 0.3], [0.5, 0.3])
      await key('c')
      await drag([0.4, 0.3], [0.4, 0.5])
      await key('c')
      await drag([0.4, 0.5], [0.4, 0.7])
      await key('j')
      await click(0.4, 0.3)
      await key('j')
      await click(0.4, 0.5)
      for (const y of [0.3, 0.5]) {
        await key('a')
        await click(0.4, y)
      }
      await key('m')
      await click(0.4, 0.7)
      expect(await selected()).toEqual(['markers/marker'])

      await key('Control+s')
      await app.page.getByLabel('Name of the scene').fill('arm')
      await app.page.keyboard.press('Enter')
      await eventually(() => readdirSync(path.join(folder, 'my-scenes'))).toContain('arm.json')
      await app.page.getByRole('dialog').waitFor({ state: 'detached' })
      const saved = scene()
      expect(saved.bodies.map(({ name, kind }: { name: string; kind: string }) => [name, kind])).toEqual([
        ['ground', 'fixed'],
        ['link', 'dynamic'],
        ['link_2', 'dynamic'],
      ])
      expect(saved.joints).toMatchObject([
        { type: 'hinge', parent: 'ground', child: 'link' },
        { type: 'hinge', parent: 'link', child: 'link_2' },
      ])
      expect(saved.actuators.map(({ joint }: { joint: string }) => joint)).toEqual(['link_joint', 'link_2_joint'])
      expect(saved.markers).toMatchObject([{ body: 'link_2' }])
      expect(app.errors).toEqual([])
    }, 60_000)

    test('a drag is one step that is undone and redone; Escape gives it up; nothing sticks outside the window', async () => {
      await click(0.4, 0.62)
      expect(await selected()).toEqual(['bodies/link_2'])
      const place = () => app.page.locator('[data-selected="bodies/link_2"] polygon').getAttribute('points')
      const before = await place()
      await drag([0.4, 0.62], [0.6, 0.4])
      const after = await place()
      expect(after).not.toBe(before)
      await key('Control+z')
      await eventually(place).toBe(before)
      await key('Control+Shift+Z')
      await eventually(place).toBe(after)
      await key('Control+z')
      await app.page.mouse.move(...(await at(0.4, 0.62)))
      await app.page.mouse.down()
      await app.page.mouse.move(...(await at(0.5, 0.5)), { steps: 3 })
      await eventually(place).not.toBe(before)
      await key('Escape')
      await eventually(place).toBe(before)
      await app.page.mouse.up()
      expect(await place()).toBe(before)
      // Let go outside the window.
      await app.page.mouse.move(...(await at(0.4, 0.62)))
      await app.page.mouse.down()
      await app.page.mouse.move(5000, 300, { steps: 3 })
      await app.page.mouse.up()
      const away = await place()
      await app.page.mouse.move(...(await at(0.5, 0.5)))
      expect(await place()).toBe(away)
      await key('Control+z')
      await eventually(place).toBe(before)
    }, 60_000)

    test('what is not saved is asked about before another scene is opened: cancelled, saved, discarded', async () => {
      const question = app.page.getByRole('dialog', { name: 'Unsaved changes' })
      const answer = (name: string) => question.getByRole('button', { name, exact: true }).click()
      const chooser = app.page.getByRole('combobox', { name: 'Scene' }).filter({ visible: true })
      const density = app.page.locator('[data-field="density"] input')
      const change = async (text: string) => {
        await app.page
          .getByRole('treeitem', { name: /^link_2/ })
          .first()
          .click()
        await density.fill(text)
        await density.press('Enter')
      }
      const shown = () => chooser.locator('option:checked').textContent()

      // Undone back to what was saved is clean.
      await change('2*600')
      await eventually(() => app.page.title()).toBe('● arm – TorqueLab')
      await key('Control+z')
      await eventually(() => app.page.title()).toBe('arm – TorqueLab')

      await change('2*600')
      await chooser.selectOption('pendulum')
      await answer('Cancel')
      await eventually(shown).toBe('arm (file)')
      expect(await density.inputValue()).toBe('1200')

      await chooser.selectOption('pendulum')
      await answer('Save')
      await eventually(shown).toBe('pendulum')
      expect(scene().bodies[2].density).toBe(1200)

      // Back by the gallery, where it has a picture.
      await app.page.getByRole('button', { name: 'Scenes…' }).click()
      const card = app.page.getByRole('dialog', { name: 'Scenes' }).getByRole('button', { name: /^arm/ })
      await card.locator('svg').waitFor()
      await card.click()
      await eventually(shown).toBe('arm (file)')
      await change('1e3')
      await chooser.selectOption('hopper')
      await answer('Don’t save')
      await eventually(shown).toBe('hopper')
      expect(scene().bodies[2].density).toBe(1200)
      await chooser.selectOption('arm (file)')
      await eventually(shown).toBe('arm (file)')
      expect(app.errors).toEqual([])
    }, 60_000)

    test('a file with problems is opened, mended by its problems and saved', async () => {
      const broken = path.join(folder, 'my-scenes', 'broken.json')
      const arm = scene()
      arm.bodies[1].density = -5
      writeFileSync(broken, JSON.stringify({ ...arm, name: 'broken' }))
      await key('Control+Shift+o')
      const gallery = app.page.getByRole('dialog', { name: 'Scenes' })
      await gallery.getByRole('button', { name: /^broken/ }).click()
      const problem = app.page.locator('.problem').filter({ hasText: 'density' })
      await problem.click()
      const field = app.page.locator('[data-field="density"] input')
      await eventually(() => field.evaluate((element) => element === document.activeElement)).toBe(true)
      await app.page.keyboard.type('500')
      await key('Enter')
      await eventually(() => problem.count()).toBe(0)
      await key('Control+s')
      await eventually(() => JSON.parse(readFileSync(broken, 'utf8')).bodies[1].density).toBe(500)
      await app.page.getByRole('combobox', { name: 'Scene' }).filter({ visible: true }).selectOption('arm (file)')
      await eventually(() => app.page.title()).toBe('arm – TorqueLab')
      expect(app.errors).toEqual([])
    }, 60_000)

    test.runIf(shell === 'electron')(
      'closing the window asks as well, and stays where it is cancelled',
      async () => {
        const question = app.page.getByRole('dialog', { name: 'Unsaved changes' })
        const close = () => app.electron!.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close())
        await app.page
          .getByRole('treeitem', { name: /^link_2/ })
          .first()
          .click()
        await key('Delete')
        await eventually(() => app.page.title()).toContain('●')
        await close()
        await question.getByRole('button', { name: 'Cancel' }).click()
        await key('Control+z')
        await eventually(() => app.page.title()).toBe('arm – TorqueLab')
        expect(app.process.exitCode).toBe(null)
        expect(app.errors).toEqual([])
      },
      60_000,
    )

    test('killed while something is edited, the draft comes back', async () => {
      await app.page
        .getByRole('treeitem', { name: /^link_2/ })
        .first()
        .click()
      await key('Delete')
      const drafts = path.join(folder, 'my-scenes', '.drafts')
      // One of an earlier edit may still be there, about to be discarded.
      await eventually(() =>
        readdirSync(drafts).map((draft) => readFileSync(path.join(drafts, draft), 'utf8').includes('link_2')),
      ).toEqual([false])
      const kept = scene()
      app.process.kill('SIGKILL')
      await app.close().catch(() => {})
      app = await launch(shell, { runsFolder: runsFolder() })
      await app.page.getByRole('button', { name: 'Restore' }).click()
      await app.page.locator('.canvas-layer').waitFor()
      await key('Control+a')
      await eventually(selected).toEqual(['bodies/ground', 'bodies/link'])
      expect(scene()).toEqual(kept)
      expect(app.errors).toEqual([])
    }, 60_000)

    test.runIf(shell === 'electron')(
      'closing the window without saving ends the app, and the file is as it was',
      async () => {
        const kept = scene()
        await eventually(() => app.page.title()).toContain('●')
        await app.electron!.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close())
        const question = app.page.getByRole('dialog', { name: 'Unsaved changes' })
        const discard = question.getByRole('button', { name: 'Don’t save' })
        await discard.waitFor()
        // The page may be gone before it can say that it was clicked.
        await discard.click().catch(() => {})
        await eventually(() => app.process.exitCode).toBe(0)
        expect(scene()).toEqual(kept)
        // What is not wanted is not offered at the next start.
        expect(readdirSync(path.join(folder, 'my-scenes', '.drafts'))).toEqual([])
      },
      60_000,
    )
  })
})
