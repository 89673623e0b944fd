/**
 * The micro-kernel: rows of lists times a strip of panels of a matrix. All three products of training are this one:
 *
 * | product | lists | matrix |
 * |---|---|---|
 * | output = X·W | rows of X | W |
 * | input gradient = dY·Wᵀ | rows of dY | W transposed |
 * | weight gradient = Xᵀ·dY | columns of X | dY |
 */
import { listEnd, pieceStart } from './lists'

/** sum + a·b; in one rounding where the processor has it and the kernel is built for speed alone. */
@inline
export function multiplyAdd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum)
  return f32x4.add(sum, f32x4.mul(a, b))
}

/**
 * For each of `rows` lists, adds up value·(row of the strip at its offset) over the entries of piece `piece`, for 4·`vectors`
 * columns (2, 4, 8 or 12 vectors), and writes the sum to a row of `output`; pieces after the first add to what is there.
 * With 2 vectors all pieces are taken with the first.
 */
export function multiplyStrip(
  vectors: i32,
  lists: usize,
  listBytes: usize,
  piece: i32,
  rows: i32,
  matrix: usize,
  output: usize,
  outputStride: usize,
): void {
  if (vectors == 12) multiplyRows(12, lists, listBytes, piece, rows, matrix, output, outputStride)
  else if (vectors == 8) multiplyRows(8, lists, listBytes, piece, rows, matrix, output, outputStride)
  else if (vectors == 4) multiplyRows(4, lists, listBytes, piece, rows, matrix, output, outputStride)
  else if (piece == 0) multiplyRows(2, lists, listBytes, piece, rows, matrix, output, outputStride)
}

/** Where the sums of a first piece start. */
const ZEROS: usize = memory.data(192, 64)

/** Inlined for each number of vectors, so that the sums stay in registers and the branches on it vanish. */
@inline
function multiplyRows(
  vectors: i32,
  lists: usize,
  listBytes: usize,
  piece: i32,
  rows: i32,
  matrix: usize,
  output: usize,
  outputStride: usize,
): void {
  for (let row = 0; row < rows; row++) {
    let at = pieceStart(lists, piece)
    const end = vectors == 2 ? listEnd(lists) : pieceStart(lists, piece + 1)
    const start = piece > 0 ? output : ZEROS
    let sum0 = v128.load(start)
    let sum1 = v128.load(start, 16)
    let sum2 = v128.load(start, 32)
    let sum3 = v128.load(start, 48)
    let sum4 = v128.load(start, 64)
    let sum5 = v128.load(start, 80)
    let sum6 = v128.load(start, 96)
    let sum7 = v128.load(start, 112)
    let sum8 = v128.load(start, 128)
    let sum9 = v128.load(start, 144)
    let sum10 = v128.load(start, 160)
    let sum11 = v128.load(start, 176)
    while (at < end) {
      // Two entries a turn: pieces have even counts.
      let weights = matrix + load<u32>(at)
      let value = v128.load32_splat(at, 4)
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
      if (vectors > 8) {
        sum8 = multiplyAdd(value, v128.load(weights, 128), sum8)
        sum9 = multiplyAdd(value, v128.load(weights, 144), sum9)
        sum10 = multiplyAdd(value, v128.load(weights, 160), sum10)
        sum11 = multiplyAdd(value, v128.load(weights, 176), sum11)
      }
      weights = matrix + load<u32>(at, 8)
      value = v128.load32_splat(at, 12)
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
      if (vectors > 8) {
        sum8 = multiplyAdd(value, v128.load(weights, 128), sum8)
        sum9 = multiplyAdd(value, v128.load(weights, 144), sum9)
        sum10 = multiplyAdd(value, v128.load(weights, 160), sum10)
        sum11 = multiplyAdd(value, v128.load(weights, 176), sum11)
      }
      at += 16
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
    if (vectors > 8) {
      v128.store(output, sum8, 128)
      v128.store(output, sum9, 144)
      v128.store(output, sum10, 160)
      v128.store(output, sum11, 176)
    }
    lists += listBytes
    output += outputStride
  }
}
