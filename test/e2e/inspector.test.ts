/** The outline and the inspector as their user has them: by keyboard alone, formulas as numbers, many parts at once, one step each. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { type App, launch, type Shell, shells, whyNot } from './launch.ts'

const reasons = new Map<Shell, string | undefined>()
for (const shell of shells) reasons.set(shell, await whyNot(shell))

describe.each(shells)('in %s', (shell) => {
  describe.skipIf(reasons.get(shell) !== undefined)('the outline and the inspector', () => {
    let folder: string
    let app: App
    beforeAll(async () => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-inspector-'))
      app = await launch(shell, { runsFolder: path.join(folder, 'runs') })
      const chooser = app.page.getByRole('combobox', { name: 'Scene' }).filter({ visible: true })
      await chooser.selectOption('hopper')
      await row('torso').waitFor()
    })
    beforeEach(async () => {
      // Back to the file, with nothing selected.
      await app.page.locator('.stage').first().focus()
      while ((await undoLabel()) !== 'Undo') await key('Control+z')
      await key('Escape')
    })
    afterAll(async () => {
      expect(app?.errors).toEqual([])
      await app?.close()
      rmSync(folder, { recursive: true, force: true })
    })

    const key = (name: string) => app.page.keyboard.press(name)
    const row = (name: string) => app.page.locator(`[role=treeitem][data-row*="/${name}/"]`)
    const input = (field: string) => app.page.locator(`[data-field="${field}"] input:not([type=range])`)
    const selected = () =>
      app.page
        .locator('[role=treeitem][aria-selected=true]')
        .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.row!.split('/')[1]))
    const focused = () => app.page.evaluate(() => (document.activeElement as HTMLElement).dataset.row)
    /** What undo would do, as the palette says it. */
    const undoLabel = async () => {
      await key('Control+k')
      await app.page.getByPlaceholder('Type a command').fill('undo')
      const text = await app.page.locator('.palette-item .palette-label').first().textContent()
      await key('Escape')
      await app.page.getByPlaceholder('Type a command').waitFor({ state: 'detached' })
      return text
    }

    test('the tree is walked, searched, selected in and renamed in by keys alone', async () => {
      await row('ground').click()
      await key('ArrowDown')
      await eventually(selected).toEqual(['torso'])
      await key('Shift+ArrowDown')
      await eventually(selected).toEqual(['torso', 'thigh'])
      // The canvas has the same selection.
      expect(await app.page.locator('[data-selected]').count()).toBe(2)
      await app.page.keyboard.type('leg_m')
      await eventually(selected).toEqual(['leg_motor'])
      // A click on what is selected already changes nothing, and takes nothing from what follows.
      await row('leg_motor').click()
      await key('F2')
      await app.page.keyboard.type('thigh_motor')
      expect(await app.page.getByRole('alert').first().textContent()).toContain('already taken')
      await key('Escape')
      await eventually(selected).toEqual(['leg_motor'])
      await key('F2')
      await app.page.keyboard.type('knee')
      await key('Enter')
      await eventually(selected).toEqual(['knee'])
      await eventually(focused).toContain('/knee/')
      await key('Alt+ArrowUp')
      await eventually(() => row('knee').getAttribute('aria-posinset')).toBe('1')
      await eventually(focused).toContain('/knee/')
      await key('Delete')
      await eventually(() => row('knee').count()).toBe(0)
      // The keys go on from where it was.
      await eventually(focused).toContain('actuators/thigh_motor/')
    })

    test('a formula is a number; what is none is said and not taken, and Escape brings the old value back', async () => {
      await row('leg_joint').click()
      await input('damping').fill('2*pi/')
      const problem = app.page.locator('[data-field="damping"] [role=alert]')
      await problem.waitFor()
      await key('Enter')
      expect(await undoLabel()).toBe('Undo')
      await input('damping').focus()
      await key('Escape')
      expect([await input('damping').inputValue(), await problem.count()]).toEqual(['1', 0])
      await input('damping').fill('2*pi/3')
      await key('Enter')
      await eventually(() => input('damping').inputValue()).toBe(String((2 * Math.PI) / 3))
      expect(await undoLabel()).toBe('Undo Change damping of leg_joint')
      await input('damping').focus()
      await key('ArrowUp')
      await key('ArrowUp')
      await eventually(() => input('damping').inputValue()).toBe('2.29')
      // The presses together are one step, and undo works from within the field.
      await key('Control+z')
      await eventually(() => input('damping').inputValue()).toBe(String((2 * Math.PI) / 3))
    })

    test('a slider that is dragged is one step', async () => {
      await row('torso').click()
      const slider = app.page.getByRole('slider', { name: 'Friction, slider' }).first()
      const box = (await slider.boundingBox())!
      const before = await input('friction').inputValue()
      await app.page.mouse.move(box.x + box.width * 0.45, box.y + box.height / 2)
      await app.page.mouse.down()
      await app.page.mouse.move(box.x + box.width * 0.9, box.y + box.height / 2, { steps: 8 })
      await app.page.mouse.up()
      await eventually(async () => Number(await input('friction').inputValue())).toBeGreaterThan(1.5)
      expect(await undoLabel()).toBe('Undo Change friction of torso')
      await key('Control+z')
      await eventually(() => input('friction').inputValue()).toBe(before)
      expect(await undoLabel()).toBe('Undo')
    })

    test('several parts are changed at once: shared fields, mixed ones, and an optional one set and unset', async () => {
      await row('torso').click()
      await row('foot').click({ modifiers: ['Control'] })
      await app.page.getByRole('heading', { name: '2 bodies' }).waitFor()
      const position = app.page.getByRole('textbox', { name: 'Position y' })
      expect(await position.getAttribute('placeholder')).toBe('mixed')
      await app.page.locator('[data-field="restitution"] input:not([type=range])').fill('1/4')
      await key('Enter')
      for (const name of ['torso', 'foot']) {
        await row(name).click()
        await eventually(() => input('restitution').inputValue()).toBe('0.25')
      }
      await app.page.getByRole('button', { name: 'Unset restitution' }).first().click()
      await eventually(() => input('restitution').inputValue()).toBe('')
      await row('torso').click()
      expect(await input('restitution').inputValue()).toBe('0.25')
    })

    test('a wrong value is kept as a problem, which leads back to its field and its part', async () => {
      await row('leg_joint').click()
      await input('damping').fill('-1')
      await key('Enter')
      const problem = app.page.locator('.problem').first()
      await eventually(() => problem.textContent()).toContain('leg_joint: damping Use a number of 0 or more')
      await row('torso').click()
      await problem.click()
      await eventually(selected).toEqual(['leg_joint'])
      await eventually(() => input('damping').evaluate((element) => element === document.activeElement)).toBe(true)
      // The joint is on the canvas although something is wrong with it.
      await eventually(() => app.page.locator('[data-selected="joints/leg_joint"]').count()).toBe(1)
      await app.page.keyboard.type('0.5')
      await key('Enter')
      await eventually(() => app.page.locator('.problem').count()).toBe(0)
    })

    test('parts are hidden and locked from the outline', async () => {
      await row('foot').hover()
      await app.page.getByRole('button', { name: 'Hide foot', exact: true }).click()
      const hide = row('foot').getByRole('button', { name: 'Hide foot' })
      await eventually(() => hide.getAttribute('aria-pressed')).toBe('true')
      expect(await undoLabel()).toBe('Undo Hide foot')
    })

    test('a robot is begun by keys alone', async () => {
      const command = async (name: string) => {
        await key('Control+k')
        await app.page.getByPlaceholder('Type a command').fill(name)
        await key('Enter')
        await app.page.getByPlaceholder('Type a command').waitFor({ state: 'detached' })
      }
      await key('Alt+n')
      await app.page.getByText('Not a scene yet.').waitFor()
      await command('Add ground')
      await eventually(selected).toEqual(['ground'])
      await command('Add a capsule')
      await eventually(selected).toEqual(['link'])
      await key('Control+a')
      await command('Join the selected bodies by a hinge')
      await eventually(selected).toEqual(['link_joint'])
      await command('Add an actuator to the selection')
      await eventually(selected).toEqual(['link_motor'])
      expect(await app.page.locator('.problem').allTextContents()).toEqual([
        expect.stringContaining('A task needs an observation'),
        expect.stringContaining('A task needs a reward term'),
      ])
    })
  })
})
