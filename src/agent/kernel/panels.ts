/** Matrices as the kernel stores them: panels of 32 columns, each row of a panel in one piece of 128 bytes. */
import type { DenseLayer } from '../../policy/network.ts'
import { roundUp } from './records.ts'

export const PANEL_COLUMNS = 32
export const PANEL_ROW_BYTES = 128

/** Size and shape of a matrix of `rows` and `columns`. */
export interface PanelShape {
  panels: number
  /** Bytes from one panel to the next; rows are padded to a multiple of 4. */
  panelBytes: number
  /** Vectors of 4 columns in the last panel that are computed: 2, 4 or 8. */
  lastVectors: number
  bytes: number
}

export function panelShape(rows: number, columns: number): PanelShape {
  const panels = Math.ceil(columns / PANEL_COLUMNS)
  const lastColumns = columns - (panels - 1) * PANEL_COLUMNS
  const lastVectors = lastColumns <= 8 ? 2 : lastColumns <= 16 ? 4 : 8
  const panelBytes = roundUp(rows, 4) * PANEL_ROW_BYTES
  return { panels, panelBytes, lastVectors, bytes: panels * panelBytes }
}

/** Columns that the kernel writes in a row of a product with this shape. */
export function writtenColumns({ panels, lastVectors }: PanelShape): number {
  return (panels - 1) * PANEL_COLUMNS + lastVectors * 4
}

/** Writes a layer's weights, and its bias as the last row, at `address`. */
export function writePanels(memory: Float32Array, address: number, layer: DenseLayer): void {
  visitPanels(layer, (index, source) => {
    memory[address / 4 + index] = source < 0 ? layer.bias[-source - 1]! : layer.weights[source]!
  })
}

/** A copy of the layer whose weights lie at `address`. */
export function readPanels(memory: Float32Array, address: number, inputs: number, outputs: number): DenseLayer {
  const layer = { inputs, outputs, weights: new Float32Array(inputs * outputs), bias: new Float32Array(outputs) }
  visitPanels(layer, (index, source) => {
    const value = memory[address / 4 + index]!
    if (source < 0) layer.bias[-source - 1] = value
    else layer.weights[source] = value
  })
  return layer
}

/** Calls `visit` with the place of each value in the panels and in the weights, or -1 - place in the bias. */
function visitPanels({ inputs, outputs }: DenseLayer, visit: (index: number, source: number) => void): void {
  const { panelBytes } = panelShape(inputs + 1, outputs)
  for (let row = 0; row <= inputs; row++) {
    for (let column = 0; column < outputs; column++) {
      const panel = Math.floor(column / PANEL_COLUMNS)
      const index = (panel * panelBytes) / 4 + row * PANEL_COLUMNS + (column % PANEL_COLUMNS)
      visit(index, row < inputs ? row * outputs + column : -1 - column)
    }
  }
}
