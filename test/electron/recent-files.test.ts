/** The recent files: newest first, each once, only those that exist, kept between starts. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { openRecentFiles } from '../../electron/recent-files.ts'

const { system } = vi.hoisted(() => ({ system: [] as string[] }))
vi.mock('electron', () => ({
  app: {
    addRecentDocument: (file: string) => system.push(file),
    clearRecentDocuments: () => void system.splice(0),
  },
}))

let folder: string
let memory: string
beforeEach(() => {
  system.length = 0
  folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-recent-'))
  memory = path.join(folder, 'recent.json')
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
})

function scene(name: string): string {
  const file = path.join(folder, name)
  writeFileSync(file, '{}')
  return file
}

test('are newest first, each once, and survive a start', () => {
  const [a, b] = [scene('a.json'), scene('b.json')]
  const recent = openRecentFiles(memory)
  recent.add(a)
  recent.add(b)
  recent.add(a)
  expect(recent.list()).toEqual([a, b])
  expect(openRecentFiles(memory).list()).toEqual([a, b])
  expect(system).toEqual([a, b, a])
  // Written whole or not at all: no temporary file stays.
  expect(readdirSync(folder).sort()).toEqual(['a.json', 'b.json', 'recent.json'])
})

test('are ten at most', () => {
  const files = Array.from({ length: 12 }, (_, index) => scene(`${index}.json`))
  const recent = openRecentFiles(memory)
  for (const file of files) recent.add(file)
  expect(recent.list()).toEqual(files.slice(2).reverse())
})

test('that are gone are left out', () => {
  const [a, b] = [scene('a.json'), scene('b.json')]
  const recent = openRecentFiles(memory)
  recent.add(a)
  recent.add(b)
  rmSync(b)
  expect(recent.list()).toEqual([a])
})

test('can be forgotten', () => {
  const recent = openRecentFiles(memory)
  recent.add(scene('a.json'))
  recent.clear()
  expect(recent.list()).toEqual([])
  expect(openRecentFiles(memory).list()).toEqual([])
  expect(system).toEqual([])
})

test.each(['', '{', '{"files":"all"}', '{"files":[1]}', 'null'])('a damaged memory is an empty one: %s', (text) => {
  writeFileSync(memory, text)
  expect(openRecentFiles(memory).list()).toEqual([])
})

test('a memory of relative paths means nothing', () => {
  writeFileSync(memory, '{"files":["package.json"]}')
  expect(openRecentFiles(memory).list()).toEqual([])
})
