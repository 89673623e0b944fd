/** The window's place: remembered, and mended when the file or the displays are not what they were. */
import { EventEmitter } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { BrowserWindow } from 'electron'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { mendWindowState, readWindowState, rememberWindowState } from '../../electron/window-state.ts'

const left = { x: 0, y: 25, width: 1920, height: 1055 }
const right = { x: 1920, y: 0, width: 2560, height: 1440 }
const place = { x: 100, y: 100, width: 1200, height: 800, maximised: false }

let file: string
beforeEach(() => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-window-'))
  file = path.join(folder, 'window.json')
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
})

describe('a remembered place', () => {
  test.each([
    ['on the main display', place],
    ['on another display', { ...place, x: 2500, y: 0 }],
    ['across two displays', { ...place, x: 1500 }],
    ['half off the screen, still within reach', { ...place, x: -1000 }],
    ['maximised', { ...place, maximised: true }],
  ])('is kept: %s', (_name, state) => {
    expect(mendWindowState(state, [left, right])).toEqual(state)
  })

  test.each([
    ['of a display that is gone', { ...place, x: 2500 }],
    ['above every display', { ...place, y: -200 }],
    ['under a menu bar', { ...place, y: 0 }],
    ['below every display', { ...place, y: 1060 }],
    ['far off', { ...place, x: -5000, y: 90_000 }],
    ['but for a sliver off the screen', { ...place, x: 1920 - 40 }],
  ])('is given up, and the size kept: %s', (_name, state) => {
    expect(mendWindowState(state, [left])).toEqual({ width: 1200, height: 800, maximised: false })
  })

  test('is never larger than its display, nor too small to use', () => {
    expect(mendWindowState({ ...place, width: 9000, height: 9000 }, [left])).toMatchObject({
      width: 1920,
      height: 1055,
    })
    expect(mendWindowState({ ...place, width: 5, height: -5 }, [left])).toMatchObject({ width: 960, height: 600 })
    const tiny = { x: 0, y: 0, width: 800, height: 480 }
    expect(mendWindowState({ ...place, width: 5, height: 5 }, [tiny])).toMatchObject({ width: 800, height: 480 })
  })
})

test.each(['', '{', 'null', '{"width":"wide"}', '{"width":1e999,"height":1,"maximised":false}', '[]'])(
  'a damaged file is as good as none: %s',
  (text) => {
    writeFileSync(file, text)
    expect(readWindowState(file, [left])).toEqual({ width: 1440, height: 900, maximised: false })
  },
)

test('what the window was is read back', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let bounds = { x: 10, y: 30, width: 1000, height: 700 }
  let isMaximized = false
  const window = Object.assign(new EventEmitter(), {
    isDestroyed: () => false,
    getNormalBounds: () => bounds,
    isMaximized: () => isMaximized,
  })
  rememberWindowState(window as unknown as BrowserWindow, file)
  window.emit('move')
  window.emit('resize')
  vi.runAllTimers()
  expect(readWindowState(file, [left])).toEqual({ ...bounds, maximised: false })
  bounds = { ...bounds, x: 50 }
  isMaximized = true
  window.emit('close')
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...bounds, maximised: true })
})
