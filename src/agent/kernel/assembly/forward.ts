/** Layers over some rows of the batch, forwards and backwards. No row looks at another, so any thread may take any rows. */
import { Layer, layerOf, Network, PANEL_COLUMNS, PANEL_ROW, STRIP_ROW, stripsOf, stripStart, stripWith, vectorsIn } from './layout'
import { listNonZeros, piecesOf, TINY } from './lists'
import { multiplyStrip } from './multiply'

/** Writes observations into the first layer's input rows, of the live network or of its target. */
export function setInputs(
  network: Network,
  ofTarget: bool,
  source: usize,
  sourceStride: usize,
  first: i32,
  rows: i32,
): void {
  const layer = layerOf(network, 0)
  const inputs = layer.input + (ofTarget ? network.gradients : 0)
  const bytes = <usize>layer.hiddenInputs << 2
  for (let row = first; row < first + rows; row++) {
    memory.copy(inputs + <usize>row * layer.inputStride, source + <usize>row * sourceStride, bytes)
  }
}

/**
 * Runs rows [first, first + rows) through the live network or its target; the first layer's inputs are set. `actions` are rows for the layer that takes them (any address for an actor).
 */
export function forward(
  network: Network,
  ofTarget: bool,
  actions: usize,
  actionStride: usize,
  first: i32,
  rows: i32,
  lists: usize,
  listBytes: usize,
): void {
  const place: usize = ofTarget ? network.gradients : 0
  const copy: usize = ofTarget ? network.targetWeights : 0
  for (let index = 0; index < network.layerCount; index++) {
    const layer = layerOf(network, index)
    listInputs(layer, place, index == network.actionLayer ? actions : 0, actionStride, first, rows, lists, listBytes)
    const output = layer.output + place + <usize>first * layer.outputStride
    const pieces = piecesOf(layer.inputs + 1)
    const strips = stripsOf(layer.panels, layer.fullPanels)
    for (let piece = 0; piece < pieces; piece++) {
      for (let strip = 0; strip < strips; strip++) {
        const panel = stripStart(strip, layer.panels, layer.fullPanels)
        multiplyStrip(
          vectorsIn(panel, stripStart(strip + 1, layer.panels, layer.fullPanels), layer.fullPanels),
          lists,
          listBytes,
          piece,
          rows,
          layer.weights + copy + <usize>strip * layer.stripBytes,
          output + <usize>panel * PANEL_ROW,
          layer.outputStride,
        )
      }
    }
  }
}

/** Completes a layer's input rows - ReLU on hidden inputs, the actions, the bias's 1 - and lists what is not zero. */
function listInputs(
  layer: Layer,
  place: usize,
  actions: usize,
  actionStride: usize,
  first: i32,
  rows: i32,
  lists: usize,
  listBytes: usize,
): void {
  const zero = f32x4.splat(0)
  const hiddenEnd = <usize>layer.hiddenInputs << 2
  const actionBytes = (<usize>layer.inputs << 2) - hiddenEnd
  let input = layer.input + place + <usize>first * layer.inputStride
  if (actionBytes) actions += <usize>first * actionStride
  for (let row = 0; row < rows; row++) {
    if (layer.rectified) {
      // pmax(x, 0) is 0 > x ? ... in this order: a NaN stays NaN. Lanes past the end are zeros of padded weights.
      for (let at: usize = 0; at < hiddenEnd; at += 16) {
        v128.store(input + at, f32x4.pmax(v128.load(input + at), zero))
      }
    }
    if (actionBytes) {
      memory.copy(input + hiddenEnd, actions, actionBytes)
      actions += actionStride
    }
    store<f32>(input + hiddenEnd + actionBytes, 1)
    listNonZeros(input, layer.inputs + 1, <i32>STRIP_ROW, lists)
    input += layer.inputStride
    lists += listBytes
  }
}

/**
 * Takes the gradients of the outputs of layer `from` down to those of layer `to`, over rows [first, first + rows); ReLU
 * passes them where its input was positive.
 */
export function backward(
  network: Network,
  from: i32,
  to: i32,
  first: i32,
  rows: i32,
  lists: usize,
  listBytes: usize,
): void {
  for (let index = from; index > to; index--) {
    const layer = layerOf(network, index)
    listOutputGradients(layer, network.gradients, first, rows, lists, listBytes)
    multiplyTransposed(layer, network.gradients, 0, (layer.hiddenInputs - 1) / PANEL_COLUMNS, first, rows, lists, listBytes)
    passRectifier(layer, network.gradients, first, rows)
  }
}

/** The gradient of the actions, in the action's columns of the input gradients of the layer that takes them. */
export function backwardToActions(network: Network, first: i32, rows: i32, lists: usize, listBytes: usize): void {
  const index = network.actionLayer
  backward(network, network.layerCount - 1, index, first, rows, lists, listBytes)
  const layer = layerOf(network, index)
  listOutputGradients(layer, network.gradients, first, rows, lists, listBytes)
  const firstPanel = layer.hiddenInputs / PANEL_COLUMNS
  multiplyTransposed(layer, network.gradients, firstPanel, (layer.inputs - 1) / PANEL_COLUMNS, first, rows, lists, listBytes)
}

/** Lists the non-zero output gradients of rows [first, first + rows), one list a row. */
function listOutputGradients(layer: Layer, gradients: usize, first: i32, rows: i32, lists: usize, listBytes: usize): void {
  let gradient = layer.output + gradients + <usize>first * layer.outputStride
  for (let row = 0; row < rows; row++) {
    listNonZeros(gradient, layer.outputs, <i32>STRIP_ROW, lists)
    gradient += layer.outputStride
    lists += listBytes
  }
}

/** Input gradients, in the columns of panels [firstPanel, lastPanel]. */
function multiplyTransposed(
  layer: Layer,
  gradients: usize,
  firstPanel: i32,
  lastPanel: i32,
  first: i32,
  rows: i32,
  lists: usize,
  listBytes: usize,
): void {
  const output = layer.input + gradients + <usize>first * layer.inputStride
  const pieces = piecesOf(layer.outputs)
  const panels = layer.transposedPanels
  const fullPanels = layer.transposedFullPanels
  const firstStrip = stripWith(firstPanel, fullPanels)
  const lastStrip = stripWith(lastPanel, fullPanels)
  for (let piece = 0; piece < pieces; piece++) {
    for (let strip = firstStrip; strip <= lastStrip; strip++) {
      const start = stripStart(strip, panels, fullPanels)
      const panel = max(start, firstPanel)
      const end = min(stripStart(strip + 1, panels, fullPanels), lastPanel + 1)
      multiplyStrip(
        vectorsIn(panel, end, fullPanels),
        lists,
        listBytes,
        piece,
        rows,
        layer.transposed + <usize>strip * layer.transposedStripBytes + <usize>(panel - start) * PANEL_ROW,
        output + <usize>panel * PANEL_ROW,
        layer.inputStride,
      )
    }
  }
}

/**
 * Keeps the gradients of hidden inputs that were positive, tiny ones apart, which become zero; and zeroes all columns after
 * the last hidden one.
 */
function passRectifier(layer: Layer, gradients: usize, first: i32, rows: i32): void {
  const zero = f32x4.splat(0)
  const tiny = f32x4.splat(TINY)
  const hiddenEnd = <usize>layer.hiddenInputs << 2
  const written = ((layer.hiddenInputs - 1) / PANEL_COLUMNS + 1) * <i32>PANEL_ROW
  for (let row = first; row < first + rows; row++) {
    const input = layer.input + <usize>row * layer.inputStride
    const gradient = input + gradients
    for (let at: usize = 0; at < hiddenEnd; at += 16) {
      const value = v128.load(gradient + at)
      const passes = v128.andnot(f32x4.gt(v128.load(input + at), zero), f32x4.lt(f32x4.abs(value), tiny))
      v128.store(gradient + at, v128.and(value, passes))
    }
    memory.fill(gradient + hiddenEnd, 0, <usize>written - hiddenEnd)
  }
}
