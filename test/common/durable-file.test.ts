/** Files that are replaced whole; that they survive kills and full disks is shown with runs and scenes. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeFileDurably } from '../../src/common/durable-file.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-durable-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a file that is replaced', () => {
  it('is new where there was none, and takes over what an earlier writer left half written', () => {
    const file = path.join(folder, 'new.json')
    writeFileSync(`${file}.partial`, 'a longer text that was never finished')
    writeFileDurably(file, 'whole')
    expect(readFileSync(file, 'utf8')).toBe('whole')
    expect(readdirSync(folder)).toEqual(['new.json'])
  })

  it.skipIf(process.platform === 'win32')('keeps its permissions', () => {
    const file = path.join(folder, 'shared.json')
    writeFileSync(file, 'old')
    chmodSync(file, 0o666)
    writeFileDurably(file, 'new')
    expect(statSync(file).mode & 0o777).toBe(0o666)
    expect(readFileSync(file, 'utf8')).toBe('new')
  })

  it.skipIf(process.platform === 'win32')('stays where a link points to, and the link a link', () => {
    const elsewhere = path.join(folder, 'elsewhere')
    mkdirSync(elsewhere)
    const [file, link] = [path.join(elsewhere, 'scene.json'), path.join(folder, 'link.json')]
    writeFileSync(file, 'old')
    symlinkSync(file, link)
    writeFileDurably(link, 'new')
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(readdirSync(elsewhere)).toEqual(['scene.json'])
  })

  it('is as it was, and nothing lies beside it, where it cannot be replaced', () => {
    const inTheWay = path.join(folder, 'folder')
    mkdirSync(path.join(inTheWay, 'full'), { recursive: true })
    expect(() => writeFileDurably(inTheWay, 'text')).toThrow()
    expect(readdirSync(folder)).not.toContain('folder.partial')
    expect(readdirSync(inTheWay)).toEqual(['full'])
  })
})
