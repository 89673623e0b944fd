/** Several runs in one picture: a curve for each, or the mean over runs that differ by their seed alone, with a band of one deviation.
 * Pure: compare-plots.tsx shows it. */
import type { RunDetails, SettingValue } from '../../../host/rpc/contract.ts'

/** A curve of one run: x ascending. */
export interface Curve {
  x: ArrayLike<number>
  y: ArrayLike<number>
}

export interface MeanCurve {
  x: Float64Array
  y: Float64Array
  low: Float64Array
  high: Float64Array
}

/** Places of x at which curves of different x are averaged. */
const PLACES = 400

/**
 * The mean of curves and the mean less and plus one standard deviation of the sample (n - 1), over the x that all of them
 * have: beyond it the mean would jump where a run ends. At the common places of x where they are equal, otherwise at evenly
 * spread ones, between the points on straight lines.
 */
export function meanOfCurves(curves: readonly Curve[]): MeanCurve {
  const whole = curves.filter(({ x }) => x.length > 0)
  const from = Math.max(...whole.map(({ x }) => x[0]!))
  const to = Math.min(...whole.map(({ x }) => x[x.length - 1]!))
  const x = whole.length === 0 || !(to >= from) ? new Float64Array() : placesOf(whole, from, to)
  const [y, low, high] = [new Float64Array(x.length), new Float64Array(x.length), new Float64Array(x.length)]
  const readers = whole.map(interpolator)
  for (let place = 0; place < x.length; place++) {
    const values = readers.map((read) => read(x[place]!))
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0
    y[place] = mean
    low[place] = mean - deviation
    high[place] = mean + deviation
  }
  return { x, y, low, high }
}

function placesOf(curves: readonly Curve[], from: number, to: number): Float64Array {
  const within = curves.map(({ x }) => Array.from(x).filter((value) => value >= from && value <= to))
  const [first = [], ...others] = within
  const areEqual = others.every(
    (other) => other.length === first.length && other.every((value, at) => value === first[at]),
  )
  if (areEqual) return Float64Array.from(first)
  return Float64Array.from({ length: PLACES }, (_, place) => from + ((to - from) * place) / (PLACES - 1))
}

/** Reads a curve at ascending places. */
function interpolator({ x, y }: Curve): (place: number) => number {
  let index = 0
  return (place) => {
    while (index + 1 < x.length && x[index + 1]! <= place) index++
    if (index + 1 >= x.length || place <= x[index]!) return y[index]!
    const share = (place - x[index]!) / (x[index + 1]! - x[index]!)
    return y[index]! + share * (y[index + 1]! - y[index]!)
  }
}

/** Runs that differ by their seed alone. */
export interface SeedGroup {
  label: string
  runs: string[]
}

/** Groups runs of equal scene, algorithm and settings, in the order in which they come. */
export function groupBySeed(details: readonly RunDetails[]): SeedGroup[] {
  const groups = new Map<string, RunDetails[]>()
  for (const each of details) {
    const { sceneName, sceneHash, algorithm, settings } = each
    const key = JSON.stringify([sceneName, sceneHash, algorithm, Object.entries(settings).sort(byName)])
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  const lists = [...groups.values()]
  return lists.map((list) => {
    const { sceneName, algorithm, preset, run } = list[0]!
    const base = `${sceneName} ${algorithm.toUpperCase()} ${preset}`
    const isAlone = lists.filter(([other]) => nameOf(other!) === nameOf(list[0]!)).length === 1
    const seeds = list.length === 1 ? `seed ${list[0]!.seed}` : `${list.length} seeds`
    return {
      label: isAlone ? `${base}, ${seeds}` : `${run}${list.length === 1 ? '' : ` and ${list.length - 1} more`}`,
      runs: list.map(({ run: name }) => name),
    }
  })
}

const nameOf = ({ sceneName, algorithm, preset }: RunDetails) => `${sceneName} ${algorithm} ${preset}`
const byName = ([a]: [string, unknown], [b]: [string, unknown]) => a.localeCompare(b)

/** A row of the comparison: what it is, and its value in each run. */
export interface Difference {
  name: string
  values: string[]
}

/** What differs between runs: scene, algorithm, preset, engine, seed, length, and every setting. */
export function differences(details: readonly RunDetails[]): Difference[] {
  const names = [...new Set(details.flatMap(({ settings }) => Object.keys(settings)))]
  const rows: Difference[] = [
    { name: 'scene', values: details.map(sceneText(details)) },
    { name: 'algorithm', values: details.map(({ algorithm }) => algorithm.toUpperCase()) },
    { name: 'preset', values: details.map(({ preset, presetAlgorithm }) => `${presetAlgorithm}/${preset}`) },
    { name: 'engine', values: details.map(({ engine }) => engine) },
    { name: 'seed', values: details.map(({ seed }) => String(seed)) },
    {
      name: 'length',
      values: details.map(({ budget: { steps, episodes } }) =>
        [steps && `${steps} steps`, episodes && `${episodes} episodes`].filter(Boolean).join(', '),
      ),
    },
    ...names.map((name) => ({ name, values: details.map(({ settings }) => textOf(settings[name])) })),
  ]
  return rows.filter(({ values }) => new Set(values).size > 1)
}

/** The scene's name, with a part of its hash where scenes of one name are not the same. */
function sceneText(details: readonly RunDetails[]): (run: RunDetails) => string {
  return ({ sceneName, sceneHash }) => {
    const hashes = new Set(details.filter((other) => other.sceneName === sceneName).map((other) => other.sceneHash))
    return hashes.size > 1 && sceneHash ? `${sceneName} (${sceneHash.slice(0, 8)})` : sceneName
  }
}

function textOf(value: SettingValue | undefined): string {
  if (value === undefined) return '–'
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/** Names without the words that all of them begin with: where there is little room, their ends tell them apart. */
export function shortNames(names: readonly string[]): string[] {
  const words = names.map((name) => name.split('-'))
  let common = 0
  while (words.every((each) => each.length > common + 1 && each[common] === words[0]![common])) common++
  return words.map((each) => (common === 0 ? '' : '…') + each.slice(common).join('-'))
}
