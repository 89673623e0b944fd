/**
 * Matrices as the kernel stores them: strips of up to three panels of 16 columns, each row of a strip in three lines of the
 * cache. Which panels make a strip is as assembly/layout.ts has it.
 */
import type { DenseLayer } from '../../policy/network.ts'
import { roundUp } from './records.ts'

export const PANEL_COLUMNS = 16
const PANEL_ROW_BYTES = 64
const STRIP_PANELS = 3
export const STRIP_ROW_BYTES = STRIP_PANELS * PANEL_ROW_BYTES

/** Size and shape of a matrix of `rows` and `columns`. */
export interface StripShape {
  panels: number
  /**
   * Panels of which 4 vectors of 4 columns are computed: all, or all but the last, of which 2 are. Two have sums of even and odd
   * entries apart, which other bits come from; so which columns are summed so is settled once and for all: the last 1 to 8
   * of a multiple of 32.
   */
  fullPanels: number
  /** Bytes from one strip to the next; rows are padded to a multiple of 4. */
  stripBytes: number
  bytes: number
}

export function stripShape(rows: number, columns: number): StripShape {
  const panels = Math.ceil(columns / PANEL_COLUMNS)
  const fullPanels = (columns - 1) % 32 < 8 ? panels - 1 : panels
  const stripBytes = roundUp(rows, 4) * STRIP_ROW_BYTES
  return { panels, fullPanels, stripBytes, bytes: stripStarts({ panels, fullPanels }).length * stripBytes }
}

/** Columns that the kernel writes in a row of a product with this shape. */
export function writtenColumns({ panels, fullPanels }: StripShape): number {
  return fullPanels * PANEL_COLUMNS + (panels - fullPanels) * 8
}

/** The first panel of each strip: three panels each, but of four that are left two; a last panel of 2 vectors is alone. */
function stripStarts({ panels, fullPanels }: Pick<StripShape, 'panels' | 'fullPanels'>): number[] {
  const starts: number[] = []
  for (let panel = 0; panel < fullPanels; ) {
    starts.push(panel)
    panel += fullPanels - panel === STRIP_PANELS + 1 ? 2 : STRIP_PANELS
  }
  return fullPanels < panels ? [...starts, fullPanels] : starts
}

/** Writes a layer's weights, and its bias as the last row, at `address`. */
export function writeStrips(memory: Float32Array, address: number, layer: DenseLayer): void {
  visitStripRows(layer, (index, row, column, count) => {
    const [source, from] = row < layer.inputs ? [layer.weights, row * layer.outputs + column] : [layer.bias, column]
    memory.set(source.subarray(from, from + count), address / 4 + index)
  })
}

/** A copy of the layer whose weights lie at `address`. */
export function readStrips(memory: Float32Array, address: number, inputs: number, outputs: number): DenseLayer {
  const layer = { inputs, outputs, weights: new Float32Array(inputs * outputs), bias: new Float32Array(outputs) }
  visitStripRows(layer, (index, row, column, count) => {
    const values = memory.subarray(address / 4 + index, address / 4 + index + count)
    if (row < inputs) layer.weights.set(values, row * outputs + column)
    else layer.bias.set(values, column)
  })
  return layer
}

/**
 * Calls `visit` for each row of each strip: its place in the strips, the row (the last is the bias), its first column and how
 * many it has. Whole rows, because checkpoints copy every number that a learner has.
 */
function visitStripRows(
  { inputs, outputs }: DenseLayer,
  visit: (index: number, row: number, column: number, count: number) => void,
): void {
  const shape = stripShape(inputs + 1, outputs)
  const starts = stripStarts(shape)
  starts.forEach((panel, strip) => {
    const column = panel * PANEL_COLUMNS
    const count = Math.min((starts[strip + 1] ?? shape.panels) * PANEL_COLUMNS, outputs) - column
    const start = (strip * shape.stripBytes) / 4
    for (let row = 0; row <= inputs; row++) visit(start + (row * STRIP_ROW_BYTES) / 4, row, column, count)
  })
}
