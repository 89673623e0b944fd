/** A rollout in blocks: the rows around the playhead exactly, the curves of the whole thinned out where it is long.
 * Memory stays bounded however long the rollout is. */
import type { RolloutColumns } from '../../host/rpc/contract.ts'
import { Column } from '../plots/column.ts'
import { decimate } from '../plots/decimate.ts'

/** Rows of one request: so few that a seek to anywhere is answered within a tenth of a second. */
export const BLOCK_ROWS = 1000
/** Blocks kept whole; the one that was used longest ago goes first. */
const KEPT_BLOCKS = 40
/** Pixel columns that the curves of the whole rollout resolve: at 4 points each, 100 blocks are kept as they are. */
const CURVE_PIXELS = 25_000

/** Values of one row. */
export interface RowSizes {
  /** 3 × bodies */
  poses: number
  observation: number
  action: number
  efforts: number
  terms: number
}

/** What was recorded at one step. */
export interface RolloutRow {
  poses: Float32Array
  action: number[]
  /** N·m or N, in the order of src/sim/efforts.ts. */
  efforts: Float32Array
  /** Sum of the rewards up to this step, in the order in which they came. */
  returnSoFar: number
}

/** A quantity over time, s. */
export interface Curve {
  x: Column
  y: Column
}

export interface RolloutCurves {
  observation: Curve[]
  action: Curve[]
  terms: Curve[]
  reward: Curve
  returnSoFar: Curve
}

interface Block {
  columns: RolloutColumns
  returns: Float64Array
}

const newCurve = (): Curve => ({ x: new Column(), y: new Column() })

export class RolloutBlocks {
  readonly curves: RolloutCurves
  /** Rows: one more than steps, because row 0 is the reset. */
  readonly rows: number
  private readonly sizes: RowSizes
  private readonly read: (from: number, to: number) => Promise<RolloutColumns>
  private readonly blocks = new Map<number, Block>()
  private readonly loading = new Map<number, Promise<Block>>()
  /** Return before the first row of each block that `loadAll` has reached. */
  private readonly returnsBefore = [0]

  constructor(steps: number, sizes: RowSizes, read: (from: number, to: number) => Promise<RolloutColumns>) {
    this.rows = steps + 1
    this.sizes = sizes
    this.read = read
    this.curves = {
      observation: Array.from({ length: sizes.observation }, newCurve),
      action: Array.from({ length: sizes.action }, newCurve),
      terms: Array.from({ length: sizes.terms }, newCurve),
      reward: newCurve(),
      returnSoFar: newCurve(),
    }
  }

  get blockCount(): number {
    return Math.ceil(this.rows / BLOCK_ROWS)
  }

  /** Reads block after block and grows the curves; `onBlock` is called after each, and ends it by answering false. */
  async loadAll(onBlock: (block: number) => boolean): Promise<void> {
    for (let index = 0; index < this.blockCount; index++) {
      const block = await this.load(index)
      // It may have been read for the playhead before the sum up to it was known.
      block.returns = sumRewards(block.columns.reward, this.returnsBefore[index]!)
      this.returnsBefore[index + 1] = block.returns.at(-1) ?? 0
      this.addToCurves(block)
      if (!onBlock(index)) return
    }
  }

  /** What was recorded at a step; undefined while its block is not here: `load(blockOf(step))` fetches it. */
  row(step: number): RolloutRow | undefined {
    const block = this.use(blockOf(step))
    if (!block) return undefined
    const row = step % BLOCK_ROWS
    const { poses, action, efforts } = block.columns
    return {
      poses: Float32Array.from(slice(poses, row, this.sizes.poses)),
      action: slice(action, row, this.sizes.action),
      efforts: Float32Array.from(slice(efforts, row, this.sizes.efforts)),
      returnSoFar: block.returns[row]!,
    }
  }

  /** The poses of a step [bodies × 3] alone; undefined as `row`. */
  poses(step: number): Float32Array | undefined {
    const block = this.use(blockOf(step))
    return block && Float32Array.from(slice(block.columns.poses, step % BLOCK_ROWS, this.sizes.poses))
  }

  private use(index: number): Block | undefined {
    const block = this.blocks.get(index)
    if (!block) return undefined
    // Back to the end of the map, which is ordered by last use.
    this.blocks.delete(index)
    this.blocks.set(index, block)
    return block
  }

  /** Reads a block unless it is here or on its way. */
  load(index: number): Promise<Block> {
    const here = this.blocks.get(index)
    if (here) return Promise.resolve(here)
    const underway = this.loading.get(index)
    if (underway) return underway
    const promise = this.fetch(index).finally(() => this.loading.delete(index))
    this.loading.set(index, promise)
    return promise
  }

  private async fetch(index: number): Promise<Block> {
    const from = index * BLOCK_ROWS
    const to = Math.min(this.rows, from + BLOCK_ROWS)
    const columns = await this.read(from, to)
    const { poses, observation, action, efforts, terms } = this.sizes
    const count = to - from
    const isWhole =
      columns.time.length === count &&
      columns.reward.length === count &&
      columns.poses.length === count * poses &&
      columns.observation.length === count * observation &&
      columns.action.length === count * action &&
      columns.efforts.length === count * efforts &&
      columns.terms.length === count * terms
    if (!isWhole) throw new Error(`Steps ${from} to ${to - 1} of the rollout do not fit its scene. Record it anew.`)
    // NaN until loadAll has come to this block: the sum before it is not known yet.
    const block = { columns, returns: sumRewards(columns.reward, this.returnsBefore[index] ?? Number.NaN) }
    this.blocks.set(index, block)
    if (this.blocks.size > KEPT_BLOCKS) this.blocks.delete(this.blocks.keys().next().value!)
    return block
  }

  private addToCurves({ columns, returns }: Block): void {
    const { time, from } = columns
    const pixels = Math.max(25, Math.floor(CURVE_PIXELS / this.blockCount))
    const add = ({ x, y }: Curve, values: Float64Array) => {
      for (const row of decimate(time, values, time[0]!, time.at(-1)!, pixels)) {
        x.push(time[row]!)
        y.push(values[row]!)
      }
    }
    const addEach = (curves: Curve[], values: number[], firstRow = 0) => {
      curves.forEach((curve, number) => {
        const column = Float64Array.from(time, (_, row) => values[row * curves.length + number]!)
        add(curve, column.fill(Number.NaN, 0, firstRow))
      })
    }
    // The reset has no action and no reward; the zeros in its row would look like some.
    const firstStep = from === 0 ? 1 : 0
    addEach(this.curves.observation, columns.observation)
    addEach(this.curves.action, columns.action, firstStep)
    addEach(this.curves.terms, columns.terms, firstStep)
    addEach([this.curves.reward], columns.reward, firstStep)
    add(this.curves.returnSoFar, returns)
  }
}

/** The block that holds a step. */
export function blockOf(step: number): number {
  return Math.floor(step / BLOCK_ROWS)
}

/** Sums after each row, added in the order in which the rewards came: the same bits as the rollout's own return. */
function sumRewards(rewards: readonly number[], before: number): Float64Array {
  let sum = before
  return Float64Array.from(rewards, (reward) => {
    sum += reward
    return sum
  })
}

function slice(values: number[], row: number, size: number): number[] {
  return values.slice(row * size, (row + 1) * size)
}
