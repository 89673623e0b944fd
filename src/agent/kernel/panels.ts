/** Matrices as the kernel stores them: panels of 16 columns, each row of a panel in one line of the cache. */
import type { DenseLayer } from '../../policy/network.ts'
import { roundUp } from './records.ts'

export const PANEL_COLUMNS = 16
export const PANEL_ROW_BYTES = 64

/** Size and shape of a matrix of `rows` and `columns`. */
export interface PanelShape {
  panels: number
  /** Bytes from one panel to the next; rows are padded to a multiple of 4. */
  panelBytes: number
  /**
   * Vectors of 4 columns in the last panel that are computed: 2 or 4. Two have sums of even and odd entries apart, which
   * other bits come from; so which columns are summed so is settled once and for all: the last 1 to 8 of a multiple of 32.
   */
  lastVectors: number
  bytes: number
}

export function panelShape(rows: number, columns: number): PanelShape {
  const panels = Math.ceil(columns / PANEL_COLUMNS)
  const lastVectors = (columns - 1) % 32 < 8 ? 2 : 4
  const panelBytes = roundUp(rows, 4) * PANEL_ROW_BYTES
  return { panels, panelBytes, lastVectors, bytes: panels * panelBytes }
}

/** Columns that the kernel writes in a row of a product with this shape. */
export function writtenColumns({ panels, lastVectors }: PanelShape): number {
  return (panels - 1) * PANEL_COLUMNS + lastVectors * 4
}

/** Writes a layer's weights, and its bias as the last row, at `address`. */
export function writePanels(memory: Float32Array, address: number, layer: DenseLayer): void {
  visitPanelRows(layer, (index, row, column, count) => {
    const [source, from] = row < layer.inputs ? [layer.weights, row * layer.outputs + column] : [layer.bias, column]
    memory.set(source.subarray(from, from + count), address / 4 + index)
  })
}

/** A copy of the layer whose weights lie at `address`. */
export function readPanels(memory: Float32Array, address: number, inputs: number, outputs: number): DenseLayer {
  const layer = { inputs, outputs, weights: new Float32Array(inputs * outputs), bias: new Float32Array(outputs) }
  visitPanelRows(layer, (index, row, column, count) => {
    const values = memory.subarray(address / 4 + index, address / 4 + index + count)
    if (row < inputs) layer.weights.set(values, row * outputs + column)
    else layer.bias.set(values, column)
  })
  return layer
}

/**
 * Calls `visit` for each row of each panel: its place in the panels, the row (the last is the bias), its first column and how
 * many it has. Whole rows, because checkpoints copy every number that a learner has.
 */
function visitPanelRows(
  { inputs, outputs }: DenseLayer,
  visit: (index: number, row: number, column: number, count: number) => void,
): void {
  const { panels, panelBytes } = panelShape(inputs + 1, outputs)
  for (let panel = 0; panel < panels; panel++) {
    const column = panel * PANEL_COLUMNS
    const count = Math.min(PANEL_COLUMNS, outputs - column)
    for (let row = 0; row <= inputs; row++) visit((panel * panelBytes) / 4 + row * PANEL_COLUMNS, row, column, count)
  }
}
