/** Scenes saved by name, and drafts: whole files, free names, and nothing of a window's lost that was written. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSceneLibrary } from '../../src/host/scene-library.ts'
import { createSceneStore } from '../../src/host/scene-store.ts'

let folder: string
const text = (name: string) => JSON.stringify({ ...JSON.parse(readFileSync('scenes/pendulum.json', 'utf8')), name })
const library = () => createSceneLibrary(path.join(folder, 'runs'), createSceneStore(path.join(folder, 'scenes')))

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-scenes-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a scene is saved under a name, again to its id, and is there after a restart', () => {
  const scenes = library()
  const saved = scenes.save({ name: 'mine' }, text('mine'))
  expect(saved).toMatchObject({ name: 'mine', source: 'file' })
  expect(scenes.text(saved.id)).toBe(text('mine'))
  scenes.save({ id: saved.id }, text('other'))
  const again = library()
  const listed = again.list().filter(({ source }) => source === 'file')
  expect(listed.map(({ name }) => name)).toEqual(['other'])
  expect(again.text(listed[0]!.id)).toBe(text('other'))
})

test('a name that is taken, a built-in and an id that is no file are refused, and nothing changes', () => {
  const scenes = library()
  scenes.save({ name: 'mine' }, text('mine'))
  for (const target of [{ name: 'mine' }, { name: 'pendulum' }, { id: 'pendulum' }, { id: 'file-9' }])
    expect(() => scenes.save(target, text('x'))).toThrow(/already|is not a file/)
  expect(readFileSync(path.join(folder, 'scenes', 'mine.json'), 'utf8')).toBe(text('mine'))
})

test('a scene with problems is saved, listed with the first of them, and read as text alone', () => {
  const scenes = library()
  const { id } = scenes.save({ name: 'half' }, '{ "format": "torquelab-scene", "version": 2 }')
  expect(scenes.list().find((entry) => entry.id === id)).toMatchObject({ name: 'half', source: 'file' })
  expect(scenes.list().find((entry) => entry.id === id)!.description).toMatch(/problems/)
  expect(scenes.text(id)).toContain('torquelab-scene')
  expect(() => scenes.read(id)).toThrow(/missing/)
})

test('drafts are kept by key beside the scenes, the newest first, until they are discarded; a broken one is passed over', () => {
  const store = createSceneStore(path.join(folder, 'scenes'))
  store.writeDraft('a', 'one', 'first')
  store.writeDraft('b', 'two', 'second')
  store.writeDraft('a', 'one', 'third')
  writeFileSync(path.join(folder, 'scenes', '.drafts', 'c.json'), '{')
  const drafts = createSceneStore(path.join(folder, 'scenes')).drafts()
  expect(new Map(drafts.map(({ key, text }) => [key, text]))).toEqual(
    new Map([
      ['a', 'third'],
      ['b', 'second'],
    ]),
  )
  store.discardDraft('a')
  store.discardDraft('never')
  expect(store.drafts().map(({ key }) => key)).toEqual(['b'])
  expect(
    library()
      .list()
      .filter(({ source }) => source === 'file'),
  ).toEqual([])
})

test.skipIf(process.getuid?.() === 0)(
  'a folder that cannot be written is told in words, and the old file stays',
  () => {
    const scenes = library()
    const { id } = scenes.save({ name: 'mine' }, text('mine'))
    chmodSync(path.join(folder, 'scenes'), 0o500)
    expect(() => scenes.save({ id }, text('new'))).toThrow(/cannot be written/)
    chmodSync(path.join(folder, 'scenes'), 0o700)
    expect(scenes.text(id)).toBe(text('mine'))
  },
)

test('a file with problems can be opened, to be mended; one that is no scene says so', () => {
  const scenes = library()
  const [broken, other] = ['broken.json', 'other.json'].map((file) => path.join(folder, file))
  writeFileSync(broken!, '{ "format": "torquelab-scene", "version": 2, "bodies": 3 }')
  writeFileSync(other!, '{ "name": "package" }')
  expect(scenes.open(broken!)).toMatchObject({ source: 'file', file: 'broken.json', name: 'broken' })
  expect(() => scenes.open(other!)).toThrow(/other\.json/)
})

test('files are listed with when they were written, the last ones first, and recent ones among them', () => {
  const elsewhere = path.join(folder, 'elsewhere.json')
  writeFileSync(elsewhere, text('elsewhere'))
  const store = createSceneStore(path.join(folder, 'scenes'))
  const recent = () => [elsewhere, path.join(folder, 'gone.json')]
  const scenes = createSceneLibrary(path.join(folder, 'runs'), store, recent)
  for (const name of ['a', 'b']) scenes.save({ name }, text(name))
  const times = { 'a.json': 2000, 'b.json': 1000 }
  for (const [file, time] of Object.entries(times)) utimesSync(path.join(folder, 'scenes', file), time, time)
  utimesSync(elsewhere, 1500, 1500)
  const files = scenes.list().filter(({ source }) => source === 'file')
  expect(files.map(({ file, changedAt }) => [file, changedAt])).toEqual([
    ['a.json', new Date(2_000_000).toISOString()],
    ['elsewhere.json', new Date(1_500_000).toISOString()],
    ['b.json', new Date(1_000_000).toISOString()],
  ])
})
