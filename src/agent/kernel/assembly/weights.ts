/**
 * Weights from gradients: one task takes a block of a layer's inputs, computes the gradient of their weights over the
 * whole batch, and applies Adam and the soft update while it is in the cache. Every weight is one thread's alone, so that
 * its sum over the batch has one order, whoever computes it.
 */
import { ADAM_BETA1, ADAM_BETA2, ADAM_EPSILON } from '../../constants'
import {
  BLOCK_INPUTS,
  Layer,
  layerOf,
  Learner,
  Network,
  PANEL_COLUMNS,
  PANEL_ROW,
  panelOffset,
  STRIP_ROW,
  stripsOf,
  stripStart,
  vectorsIn,
} from './layout'
import { listNonZeros, piecesOf, transposeColumns, transposeSquare } from './lists'
import { multiplyStrip } from './multiply'

/**
 * Adam's constants (Kingma and Ba 2015): β1, 1 - β1, β2, 1 - β2, ε. They are read from memory and not written as literals,
 * because compilers make vector literals anew at each use in a loop, at three instructions each.
 */
const CONSTANTS: usize = memory.data<f32>([
  <f32>ADAM_BETA1, <f32>(1 - ADAM_BETA1), <f32>ADAM_BETA2, <f32>(1 - ADAM_BETA2), <f32>ADAM_EPSILON,
  1e-16, 1e-32,
], 16)
const BETA1: usize = 0
const REST1: usize = 4
const BETA2: usize = 8
const REST2: usize = 12
const EPSILON: usize = 16

/**
 * Moments of smaller magnitude become zero: denormal ones would slow every later update, and next to ε they move no weight.
 * A second moment is a square.
 */
const TINY_MOMENT: usize = 20
const TINY_SQUARE: usize = 24

/** Moves Adam's powers on by one update. */
export function advance(network: Network): void {
  network.beta1Power *= ADAM_BETA1
  network.beta2Power *= ADAM_BETA2
}

/** Blocks of a layer's inputs, the bias's 1 among them. */
@inline
function blocksOf(layer: Layer): i32 {
  return layer.inputs / BLOCK_INPUTS + 1
}

/** The layer of a network's block, and below it the block's first input. */
function layerOfBlock(network: Network, block: i32): Layer {
  let layer = layerOf(network, 0)
  for (let index = 1; block >= blocksOf(layer); index++) {
    block -= blocksOf(layer)
    layer = layerOf(network, index)
  }
  blockFirst = block * BLOCK_INPUTS
  return layer
}

/** First input of the block that layerOfBlock found last (each thread has its own globals). */
let blockFirst: i32 = 0

/** Computes the gradients of block `block` (of all the network's) and, unless they are to be clipped first, applies them. */
export function updateBlock(learner: Learner, network: Network, block: i32, scratch: usize, updatesTargets: bool): void {
  const layer = layerOfBlock(network, block)
  const first = blockFirst
  const rows = min(BLOCK_INPUTS, layer.inputs + 1 - first)
  listColumns(learner, network, layer, first, rows, scratch)
  const isClipped = learner.gradientClip > 0
  const pieces = piecesOf((learner.batch + 3) & -4)
  const strips = stripsOf(layer.panels, layer.fullPanels)
  for (let strip = 0; strip < strips; strip++) {
    const panel = stripStart(strip, layer.panels, layer.fullPanels)
    const vectors = vectorsIn(panel, stripStart(strip + 1, layer.panels, layer.fullPanels), layer.fullPanels)
    const gradient = isClipped ? clippedGradient(learner, layer, strip, first) : scratch + learner.blockOffset
    for (let piece = 0; piece < pieces; piece++) {
      multiplyStrip(
        vectors,
        scratch,
        learner.listBytes,
        piece,
        rows,
        layer.output + network.gradients + <usize>panel * PANEL_ROW,
        gradient,
        STRIP_ROW,
      )
    }
    if (!isClipped) applyBlock(learner, network, layer, strip, first, rows, gradient, 1, updatesTargets)
  }
  if (isClipped) store<f64>(network.squares + (<usize>block << 3), squaredNorm(learner, layer, first, rows, network.decay))
}

/** Where the gradient of a block of a strip is kept to be clipped. */
@inline
function clippedGradient(learner: Learner, layer: Layer, strip: i32, first: i32): usize {
  return layer.weights + 4 * learner.parameterBytes + <usize>strip * layer.stripBytes + <usize>first * STRIP_ROW
}

/** Applies the gradients that updateBlock kept, scaled so that the whole network's have at most the norm `gradientClip`. */
export function applyClipped(learner: Learner, network: Network, block: i32, updatesTargets: bool): void {
  let squares: f64 = 0
  for (let other = 0; other < network.blocks; other++) squares += load<f64>(network.squares + (<usize>other << 3))
  const norm = Math.sqrt(squares)
  // Not "norm > clip": a NaN must reach the weights, where it is reported.
  const scale: f32 = norm <= <f64>learner.gradientClip ? 1 : <f32>(<f64>learner.gradientClip / norm)
  const layer = layerOfBlock(network, block)
  const first = blockFirst
  const rows = min(BLOCK_INPUTS, layer.inputs + 1 - first)
  const strips = stripsOf(layer.panels, layer.fullPanels)
  for (let strip = 0; strip < strips; strip++) {
    applyBlock(learner, network, layer, strip, first, rows, clippedGradient(learner, layer, strip, first), scale, updatesTargets)
  }
}

/**
 * Lists columns [first, first + rows) of the layer's inputs over the batch; offsets are to rows of output gradients. Rows that are not live are
 * left out, except where a panel of 2 vectors sums even and odd entries apart: other pairs would be other bits.
 */
function listColumns(learner: Learner, network: Network, layer: Layer, first: i32, rows: i32, scratch: usize): void {
  const columns = scratch + learner.columnsOffset
  const liveRows = layer.fullPanels == layer.panels ? network.liveRows : 0
  const paddedBatch = (learner.batch + 3) & -4
  const columnBytes = <usize>paddedBatch << 2
  for (let column = 0; column < rows; column += 4) {
    transposeColumns(layer.input + (<usize>(first + column) << 2), layer.inputStride, paddedBatch, liveRows, columns)
    const count = min(4, rows - column)
    for (let lane = 0; lane < count; lane++) {
      listNonZeros(
        columns + <usize>lane * columnBytes,
        paddedBatch,
        <i32>layer.outputStride,
        scratch + <usize>(column + lane) * learner.listBytes,
      )
    }
  }
}

/** Rows of a block that weight decay applies to: all but the bias, the last. */
@inline
function decayedRows(layer: Layer, first: i32, rows: i32): i32 {
  return min(rows, layer.inputs - first)
}

/** Adds the decay to the gradients of a block and returns the sum of their squares, in f64, by pairs of panels and rows. */
function squaredNorm(learner: Learner, layer: Layer, first: i32, rows: i32, decay: f32): f64 {
  const decayed = decayedRows(layer, first, rows)
  const distance = 4 * learner.parameterBytes
  let sum: f64 = 0
  for (let pair = 0; pair < layer.panels; pair += 2) {
    const pairEnd = min(pair + 2, layer.panels)
    for (let row = 0; row < rows; row++) {
      const rate = f32x4.splat(row < decayed ? decay : 0)
      let low = f64x2.splat(0)
      let high = f64x2.splat(0)
      for (let panel = pair; panel < pairEnd; panel++) {
        const offset = panelOffset(panel, layer.panels, layer.fullPanels, layer.stripBytes)
        const weights = layer.weights + offset + <usize>(first + row) * STRIP_ROW
        const end = weights + (<usize>vectorsIn(panel, panel + 1, layer.fullPanels) << 4)
        for (let at = weights; at < end; at += 16) {
          const value = f32x4.add(v128.load(at + distance), f32x4.mul(rate, v128.load(at)))
          v128.store(at + distance, value)
          // Widened first: the square of a gradient above 1.8e19 is infinite in f32, and the scale would be 0.
          const values01 = f64x2.promote_low_f32x4(value)
          const values23 = f64x2.promote_low_f32x4(v128.shuffle<i32>(value, value, 2, 3, 2, 3))
          low = f64x2.add(low, f64x2.mul(values01, values01))
          high = f64x2.add(high, f64x2.mul(values23, values23))
        }
      }
      low = f64x2.add(low, high)
      sum += f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1)
    }
  }
  return sum
}

/** Adam, the soft update of the target, and the transposed copy, for a block of one strip; the gradient has a strip's rows too. */
function applyBlock(
  learner: Learner,
  network: Network,
  layer: Layer,
  strip: i32,
  first: i32,
  rows: i32,
  gradient: usize,
  scale: f32,
  updatesTargets: bool,
): void {
  const weights = layer.weights + <usize>strip * layer.stripBytes + <usize>first * STRIP_ROW
  const panel = stripStart(strip, layer.panels, layer.fullPanels)
  const rowBytes = <usize>vectorsIn(panel, stripStart(strip + 1, layer.panels, layer.fullPanels), layer.fullPanels) << 4
  const moments = learner.parameterBytes
  const decay = learner.gradientClip > 0 ? <f32>0 : network.decay
  const decayed = decayedRows(layer, first, rows)
  const rate = <f32>(<f64>network.learningRate / (1 - network.beta1Power))
  const correction = <f32>(1 / Math.sqrt(1 - network.beta2Power))
  const follow: f32 = updatesTargets ? learner.softUpdateRate : 0
  const bias = <usize>decayed * STRIP_ROW
  adam(weights, gradient, moments, decayed, rowBytes, scale, decay, rate, correction, follow)
  adam(weights + bias, gradient + bias, moments, rows - decayed, rowBytes, scale, 0, rate, correction, follow)
  if (layer.transposed) transposeBlock(layer, strip, first, decayed)
}

/**
 * `rowBytes` of each of `rows` rows of a strip, two vectors a turn: all loads first, then all stores side by side, so that a
 * compiler may join the pairs to wider instructions.
 */
function adam(
  weights: usize,
  gradients: usize,
  moments: usize,
  rows: i32,
  rowBytes: usize,
  scale: f32,
  decay: f32,
  rate: f32,
  correction: f32,
  follow: f32,
): void {
  const beta1 = v128.load32_splat(CONSTANTS, BETA1)
  const rest1 = v128.load32_splat(CONSTANTS, REST1)
  const beta2 = v128.load32_splat(CONSTANTS, BETA2)
  const rest2 = v128.load32_splat(CONSTANTS, REST2)
  const epsilon = v128.load32_splat(CONSTANTS, EPSILON)
  const tinyMoment = v128.load32_splat(CONSTANTS, TINY_MOMENT)
  const tinySquare = v128.load32_splat(CONSTANTS, TINY_SQUARE)
  const scales = f32x4.splat(scale)
  const decays = f32x4.splat(decay)
  const rates = f32x4.splat(rate)
  const corrections = f32x4.splat(correction)
  const follows = f32x4.splat(follow)
  const isChanged = scale != 1 || decay != 0
  for (let row = 0; row < rows; row++) {
    const end = weights + rowBytes
    for (; weights < end; weights += 32, gradients += 32) {
      const weight0 = v128.load(weights)
      const weight1 = v128.load(weights, 16)
      let gradient0 = v128.load(gradients)
      let gradient1 = v128.load(gradients, 16)
      if (isChanged) {
        gradient0 = f32x4.add(f32x4.mul(scales, gradient0), f32x4.mul(decays, weight0))
        gradient1 = f32x4.add(f32x4.mul(scales, gradient1), f32x4.mul(decays, weight1))
      }
      gradient0 = withoutTiny(gradient0, tinyMoment)
      gradient1 = withoutTiny(gradient1, tinyMoment)
      let first0 = f32x4.add(f32x4.mul(beta1, v128.load(weights + moments)), f32x4.mul(rest1, gradient0))
      let first1 = f32x4.add(f32x4.mul(beta1, v128.load(weights + moments, 16)), f32x4.mul(rest1, gradient1))
      first0 = withoutTiny(first0, tinyMoment)
      first1 = withoutTiny(first1, tinyMoment)
      gradient0 = f32x4.mul(gradient0, gradient0)
      gradient1 = f32x4.mul(gradient1, gradient1)
      let second0 = f32x4.add(f32x4.mul(beta2, v128.load(weights + 2 * moments)), f32x4.mul(rest2, gradient0))
      let second1 = f32x4.add(f32x4.mul(beta2, v128.load(weights + 2 * moments, 16)), f32x4.mul(rest2, gradient1))
      second0 = withoutTiny(second0, tinySquare)
      second1 = withoutTiny(second1, tinySquare)
      const deviation0 = f32x4.add(f32x4.mul(f32x4.sqrt(second0), corrections), epsilon)
      const deviation1 = f32x4.add(f32x4.mul(f32x4.sqrt(second1), corrections), epsilon)
      const moved0 = f32x4.sub(weight0, f32x4.div(f32x4.mul(rates, first0), deviation0))
      const moved1 = f32x4.sub(weight1, f32x4.div(f32x4.mul(rates, first1), deviation1))
      v128.store(weights + moments, first0)
      v128.store(weights + moments, first1, 16)
      v128.store(weights + 2 * moments, second0)
      v128.store(weights + 2 * moments, second1, 16)
      v128.store(weights, moved0)
      v128.store(weights, moved1, 16)
      if (follow != 0) {
        const target0 = v128.load(weights + 3 * moments)
        const target1 = v128.load(weights + 3 * moments, 16)
        v128.store(weights + 3 * moments, f32x4.add(target0, f32x4.mul(follows, f32x4.sub(moved0, target0))))
        v128.store(weights + 3 * moments, f32x4.add(target1, f32x4.mul(follows, f32x4.sub(moved1, target1))), 16)
      }
    }
    weights += STRIP_ROW - rowBytes
    gradients += STRIP_ROW - rowBytes
  }
}

/** Zero where the magnitude is below `least`; a NaN is kept, since it compares as not below. */
@inline
function withoutTiny(values: v128, least: v128): v128 {
  return v128.andnot(values, f32x4.lt(f32x4.abs(values), least))
}

/**
 * Copies `rows` inputs from `first` on, the bias not among them, of a strip of weights, transposed, to where the backward pass reads
 * them.
 */
export function transposeBlock(layer: Layer, strip: i32, first: i32, rows: i32): void {
  const panel = stripStart(strip, layer.panels, layer.fullPanels)
  const vectors = vectorsIn(panel, stripStart(strip + 1, layer.panels, layer.fullPanels), layer.fullPanels)
  const weights = layer.weights + <usize>strip * layer.stripBytes + <usize>first * STRIP_ROW
  for (let row = 0; row < rows; row += 4) {
    // The inputs are columns of the transposed matrix; its rows are the outputs.
    const input = first + row
    const column = panelOffset(
      input / PANEL_COLUMNS,
      layer.transposedPanels,
      layer.transposedFullPanels,
      layer.transposedStripBytes,
    )
    const target =
      layer.transposed + column + <usize>(panel * PANEL_COLUMNS) * STRIP_ROW + (<usize>(input % PANEL_COLUMNS) << 2)
    for (let vector = 0; vector < vectors; vector++) {
      transposeSquare(
        weights + <usize>row * STRIP_ROW + (<usize>vector << 4),
        STRIP_ROW,
        target + <usize>vector * 4 * STRIP_ROW,
        STRIP_ROW,
      )
    }
  }
}
