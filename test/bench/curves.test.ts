/** Pictures of studies: what is drawn of the seeds, and what is said of a file that is none. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { drawCurves, meanCurve, parseRecord } from '../../bench/lib/curves.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-curves-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const curve = (...points: [step: number, meanReturn: number][]) =>
  points.map(([step, meanReturn]) => ({ step, meanReturn }))
const record = (seed: number, evaluations: ReturnType<typeof curve>) => ({
  study: 'hopper-td3',
  task: 'hopper',
  algorithm: 'td3',
  seed,
  evaluations,
  best: evaluations.at(-1)!,
})
const two = [
  record(1, curve([0, 20], [5000, 400], [10_000, 900])),
  record(2, curve([0, 40], [5000, 600], [8000, 700], [10_000, 2000])),
]

describe('Given the records of two seeds', () => {
  it('then their mean has the steps at which both were evaluated', () => {
    expect(meanCurve(two)).toEqual(curve([0, 30], [5000, 500], [10_000, 1450]))
  })

  it('then the picture has a line a seed, their mean, a dot each, and the published figures', () => {
    const picture = drawCurves(two)
    expect(picture).toMatch(/^<svg /)
    expect(picture.match(/<circle /g)).toHaveLength(2)
    expect(picture.match(/<path [^>]*d="M/g)!.length).toBeGreaterThanOrEqual(3)
    expect(picture).toContain('grey: 2 seeds')
    expect(picture).toContain('2,509')
  })

  it('then the program draws each study once', () => {
    for (const one of two) writeFileSync(path.join(folder, `${one.study}-seed${one.seed}.json`), JSON.stringify(one))
    const args = ['--disable-warning=ExperimentalWarning', 'bench/curves.ts', '--studies', folder, '--json']
    const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ files: [path.join(folder, 'hopper-td3.svg')] })
    expect(readFileSync(path.join(folder, 'hopper-td3.svg'), 'utf8')).toBe(drawCurves(two))
  }, 60_000)
})

describe('Given the files in docs/studies', () => {
  it('then each is a record, named after its study and seed', () => {
    for (const file of readdirSync('docs/studies').filter((name) => name.endsWith('.json'))) {
      const { study, seed } = parseRecord(readFileSync(path.join('docs/studies', file), 'utf8'), file)
      expect(file).toBe(`${study}-seed${seed}.json`)
    }
  })

  it.each([
    ['no JSON', '{', /^one\.json: this is not valid JSON\. .*trains its seed again/],
    ['a wrong seed', JSON.stringify({ ...two[0], seed: 'x' }), /^one\.json: seed: /],
    ['no evaluations', JSON.stringify({ ...two[0], evaluations: [] }), /^one\.json: evaluations: /],
  ])('when one has %s, then it is named with the place', (_what, text, message) => {
    expect(() => parseRecord(text, 'one.json')).toThrow(message)
  })
})
