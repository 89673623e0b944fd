/** The memory of a user: kept between starts, per folder, and never in the way. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openUserMemory, userFolder } from '../../src/host/user-memory.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-user-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a new user is greeted until the tour has ended, also after a restart', () => {
  const place = path.join(folder, 'not', 'there', 'yet')
  const memory = openUserMemory(place)
  expect(memory.read()).toEqual({ tourEnded: false })
  memory.write({ tourEnded: true })
  expect(memory.read()).toEqual({ tourEnded: true })
  expect(openUserMemory(place).read()).toEqual({ tourEnded: true })
})

test('a damaged file greets again, and is replaced', () => {
  const file = path.join(folder, 'user.json')
  writeFileSync(file, '{ "tourEnd')
  const memory = openUserMemory(folder)
  expect(memory.read()).toEqual({ tourEnded: false })
  memory.write({ tourEnded: true })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ tourEnded: true })
})

test('where a file stands in the place of the folder, it is known until the app ends', () => {
  const file = path.join(folder, 'file')
  writeFileSync(file, '')
  const memory = openUserMemory(file)
  memory.write({ tourEnded: true })
  expect(memory.read()).toEqual({ tourEnded: true })
  expect(readFileSync(file, 'utf8')).toBe('')
})

test('without a folder nobody is greeted', () => {
  expect(openUserMemory(undefined).read()).toEqual({ tourEnded: true })
})

test('another folder can be given', () => {
  expect(userFolder({ TORQUELAB_USER_FOLDER: folder })).toBe(folder)
  expect(path.basename(userFolder({}))).toBe('TorqueLab')
})
