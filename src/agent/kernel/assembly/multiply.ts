/**
 * The micro-kernel: rows of lists times one panel of a matrix. All three products of training are this one:
 *
 * | product | lists | matrix |
 * |---|---|---|
 * | output = X·W | rows of X | W |
 * | input gradient = dY·Wᵀ | rows of dY | W transposed |
 * | weight gradient = Xᵀ·dY | columns of X | dY |
 */
import { countOf, offsetsOf, valuesDistance } from './lists'

/** sum + a·b; in one rounding where the processor has it and the kernel is built for speed alone. */
@inline
export function multiplyAdd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum)
  return f32x4.add(sum, f32x4.mul(a, b))
}

/**
 * For each of `rows` lists, writes the sum of value·(row of the panel at its offset), over 4·`vectors` columns, to a
 * row of `output`. `vectors` is 2, 4 or 8.
 */
export function multiplyPanel(
  vectors: i32,
  lists: usize,
  listBytes: usize,
  rows: i32,
  panel: usize,
  output: usize,
  outputStride: usize,
): void {
  if (vectors == 8) multiplyRows(8, lists, listBytes, rows, panel, output, outputStride)
  else if (vectors == 4) multiplyRows(4, lists, listBytes, rows, panel, output, outputStride)
  else multiplyRows(2, lists, listBytes, rows, panel, output, outputStride)
}

/** Inlined for each number of vectors, so that the sums stay in registers and the branches on it vanish. */
@inline
function multiplyRows(
  vectors: i32,
  lists: usize,
  listBytes: usize,
  rows: i32,
  panel: usize,
  output: usize,
  outputStride: usize,
): void {
  const distance = valuesDistance(listBytes)
  for (let row = 0; row < rows; row++) {
    let at = offsetsOf(lists)
    const end = at + (<usize>countOf(lists) << 2)
    let sum0 = f32x4.splat(0)
    let sum1 = sum0
    let sum2 = sum0
    let sum3 = sum0
    let sum4 = sum0
    let sum5 = sum0
    let sum6 = sum0
    let sum7 = sum0
    while (at < end) {
      // Two entries a turn: lists have even counts.
      let weights = panel + load<u32>(at)
      let value = v128.load32_splat(at + distance)
      sum0 = multiplyAdd(value, v128.load(weights), sum0)
      sum1 = multiplyAdd(value, v128.load(weights, 16), sum1)
      if (vectors > 2) {
        sum2 = multiplyAdd(value, v128.load(weights, 32), sum2)
        sum3 = multiplyAdd(value, v128.load(weights, 48), sum3)
      }
      if (vectors > 4) {
        sum4 = multiplyAdd(value, v128.load(weights, 64), sum4)
        sum5 = multiplyAdd(value, v128.load(weights, 80), sum5)
        sum6 = multiplyAdd(value, v128.load(weights, 96), sum6)
        sum7 = multiplyAdd(value, v128.load(weights, 112), sum7)
      }
      weights = panel + load<u32>(at, 4)
      value = v128.load32_splat(at + distance, 4)
      if (vectors == 2) {
        // Two sums would wait for their own last additions; four take turns.
        sum2 = multiplyAdd(value, v128.load(weights), sum2)
        sum3 = multiplyAdd(value, v128.load(weights, 16), sum3)
      } else {
        sum0 = multiplyAdd(value, v128.load(weights), sum0)
        sum1 = multiplyAdd(value, v128.load(weights, 16), sum1)
        sum2 = multiplyAdd(value, v128.load(weights, 32), sum2)
        sum3 = multiplyAdd(value, v128.load(weights, 48), sum3)
      }
      if (vectors > 4) {
        sum4 = multiplyAdd(value, v128.load(weights, 64), sum4)
        sum5 = multiplyAdd(value, v128.load(weights, 80), sum5)
        sum6 = multiplyAdd(value, v128.load(weights, 96), sum6)
        sum7 = multiplyAdd(value, v128.load(weights, 112), sum7)
      }
      at += 8
    }
    if (vectors == 2) {
      sum0 = f32x4.add(sum0, sum2)
      sum1 = f32x4.add(sum1, sum3)
    }
    v128.store(output, sum0)
    v128.store(output, sum1, 16)
    if (vectors > 2) {
      v128.store(output, sum2, 32)
      v128.store(output, sum3, 48)
    }
    if (vectors > 4) {
      v128.store(output, sum4, 64)
      v128.store(output, sum5, 80)
      v128.store(output, sum6, 96)
      v128.store(output, sum7, 112)
    }
    lists += listBytes
    output += outputStride
  }
}
