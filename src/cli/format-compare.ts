/** The `compare` command's tables. */
import type { CompareAnswer, Statistics } from '../host/api.ts'
import { table } from './table.ts'

export function formatCompare({ groups }: CompareAnswer): string[] {
  const letters = groups.map(
    (_, index) => String.fromCharCode(65 + (index % 26)) + (index >= 26 ? Math.floor(index / 26) : ''),
  )
  const lines = groups.flatMap(({ scene, algorithm, differences, runs }, index) => {
    const settings = Object.entries(differences).map(([name, value]) => `${name}=${shorten(value)}`)
    const seeds = runs.map(({ seed }) => seed).sort((a, b) => a - b)
    const unfinished = runs.filter(({ status }) => status !== 'finished')
    return [
      `${letters[index]}  ${scene}, ${algorithm.toUpperCase()}, ${runs.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}${settings.length > 0 ? `: ${settings.join(', ')}` : ''}`,
      ...unfinished.map(({ name, status }) => `   ${name} is ${status}`),
    ]
  })
  const rows = groups.flatMap((group, index) => [
    ...group.atSteps.map((at) => row(letters[index]!, `step ${at.step}`, at.return)),
    row(letters[index]!, 'best policy, fresh episodes', group.best),
    row(letters[index]!, 'last policy, fresh episodes', group.last),
  ])
  const header = ['', 'Return of', 'Runs', 'Mean', 'Deviation', 'Interquartile mean', '95 % interval']
  return [...lines, '', ...table(header, rows)]
}

function row(letter: string, what: string, statistics: Statistics | null): string[] {
  if (!statistics) return [letter, what, '0', '', '', '', '']
  const { runs, mean, deviation, interquartileMean, interval } = statistics
  return [
    letter,
    what,
    String(runs),
    mean.toFixed(1),
    runs > 1 ? deviation.toFixed(1) : '',
    interquartileMean.toFixed(1),
    interval ? `${interval.low.toFixed(1)} to ${interval.high.toFixed(1)}` : '',
  ]
}

/** A hash is told apart by its first digits. */
function shorten(value: unknown): string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value.slice(0, 8) : JSON.stringify(value ?? null)
}
