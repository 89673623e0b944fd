/**
 * Lists of non-zero entries. Half of a trained network's activations are zeros that ReLU made, and so are the gradients
 * behind them; a list of the others lets the multiplication visit no zero.
 *
 * A list is: where each of its pieces ends (i32, bytes), then of each entry its byte offset (i32) and its value (f32). A piece
 * lists as many entries of the source as the others; it may take one entry of the next, or a zero at the end, because pieces have even counts.
 */

/**
 * Entries of the source in a piece, at most, as long as there are not more than MAX_PIECES: the rows of a strip that a piece
 * visits stay in the first-level cache while all lists visit them.
 */
const LARGEST_PIECE: i32 = 104
const MAX_PIECES: i32 = 15

/** Bytes before the offsets: a 0, and the ends of the pieces; the last is always the end of the list. */
const HEADER: usize = <usize>(MAX_PIECES + 1) << 2

/** Entries that a list can overrun its width by: a whole vector is stored at the end, and one entry makes it even. */
const SLACK: usize = 8

/** Smaller magnitudes count as zero: products with them could be denormal, which costs a hundred cycles each. */
export const TINY: f32 = 1e-18

/** For each mask of 4 lanes, the bytes that move its set lanes to the front. */
const COMPACTION: usize = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  4, 5, 6, 7, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  8, 9, 10, 11, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15,
  4, 5, 6, 7, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  12, 13, 14, 15, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15,
  4, 5, 6, 7, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 12, 13, 14, 15,
  8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15,
  4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
], 16)

/** Bytes of a list over `width` entries. */
@inline
export function listBytesFor(width: usize): usize {
  return HEADER + 8 * (width + SLACK)
}

/** Pieces of a list over `count` entries. */
@inline
export function piecesOf(count: i32): i32 {
  return min((count + LARGEST_PIECE - 1) / LARGEST_PIECE, MAX_PIECES)
}

/** Bytes of the source in a piece: equal shares, because every piece of every list costs its beginning and its end. */
@inline
function pieceBytes(count: i32): usize {
  const pieces = piecesOf(count)
  return <usize>((((count + pieces - 1) / pieces + 3) & -4) << 2)
}

/** Where piece `piece` of a list begins, which is where the one before ends. */
@inline
export function pieceStart(list: usize, piece: i32): usize {
  return list + HEADER + <usize>load<i32>(list + (<usize>piece << 2))
}

@inline
export function listEnd(list: usize): usize {
  return pieceStart(list, MAX_PIECES)
}

/**
 * Lists the non-zeros among the `count` floats at `source` (a multiple of 4 is read): entry i has the byte offset
 * i·`stride`. NaN and infinity are listed, so that they reach the loss.
 */
export function listNonZeros(source: usize, count: i32, stride: i32, list: usize): void {
  const tiny = f32x4.splat(TINY)
  const step = i32x4.splat(stride << 2)
  let offsets = i32x4.mul(i32x4.splat(stride), i32x4(0, 1, 2, 3))
  const begin = list + HEADER
  let at = begin
  const end = source + (<usize>count << 2)
  const pieces = piecesOf(count)
  const bytes = pieceBytes(count)
  store<i32>(list, 0)
  for (let piece = 1; piece <= pieces; piece++) {
    const pieceEnd = piece == pieces ? end : source + bytes
    while (source < pieceEnd) {
      const values = v128.load(source)
      // Not "greater or equal": a NaN compares as listed.
      const mask = i32x4.bitmask(v128.not(f32x4.lt(f32x4.abs(values), tiny)))
      const order = v128.load(COMPACTION + (<usize>mask << 4))
      const chosenOffsets = i8x16.swizzle(offsets, order)
      const chosenValues = i8x16.swizzle(values, order)
      v128.store(at, v128.shuffle<i32>(chosenOffsets, chosenValues, 0, 4, 1, 5))
      v128.store(at, v128.shuffle<i32>(chosenOffsets, chosenValues, 2, 6, 3, 7), 16)
      at += <usize>popcnt(mask) << 3
      offsets = i32x4.add(offsets, step)
      source += 16
    }
    store<i32>(list + (<usize>piece << 2), <i32>((at - begin + 8) & -16))
  }
  store<i32>(list + (<usize>MAX_PIECES << 2), load<i32>(list + (<usize>pieces << 2)))
  // The entry that makes the last count even multiplies row 0 by 0.
  store<i64>(at, 0)
}

/**
 * Copies 4 columns of `rows` rows (a multiple of 4) from `source` to the rows of `columns`, [rows, 4] becomes [4, rows], with zeros
 * for rows that are not live where `liveRows` is given.
 */
export function transposeColumns(source: usize, stride: usize, rows: i32, liveRows: usize, columns: usize): void {
  const length = <usize>rows << 2
  for (let row = 0; row < rows; row += 4) {
    const live = liveRows ? v128.load(liveRows) : i32x4.splat(-1)
    // Four rows at once: a batch of saturated actions has few that are live.
    if (v128.any_true(live)) {
      transposeSquare(source, stride, columns, length)
      for (let column: usize = 0; column < 4; column++) {
        const at = columns + column * length
        v128.store(at, v128.and(v128.load(at), live))
      }
    } else {
      for (let column: usize = 0; column < 4; column++) v128.store(columns + column * length, f32x4.splat(0))
    }
    source += stride << 2
    columns += 16
    if (liveRows) liveRows += 16
  }
}

/** Writes the transpose of the 4 by 4 floats at `source` to `target`; strides in bytes. */
@inline
export function transposeSquare(source: usize, sourceStride: usize, target: usize, targetStride: usize): void {
  const row0 = v128.load(source)
  const row1 = v128.load(source + sourceStride)
  const row2 = v128.load(source + 2 * sourceStride)
  const row3 = v128.load(source + 3 * sourceStride)
  const low01 = v128.shuffle<i32>(row0, row1, 0, 4, 1, 5)
  const low23 = v128.shuffle<i32>(row2, row3, 0, 4, 1, 5)
  const high01 = v128.shuffle<i32>(row0, row1, 2, 6, 3, 7)
  const high23 = v128.shuffle<i32>(row2, row3, 2, 6, 3, 7)
  v128.store(target, v128.shuffle<i32>(low01, low23, 0, 1, 4, 5))
  v128.store(target + targetStride, v128.shuffle<i32>(low01, low23, 2, 3, 6, 7))
  v128.store(target + 2 * targetStride, v128.shuffle<i32>(high01, high23, 0, 1, 4, 5))
  v128.store(target + 3 * targetStride, v128.shuffle<i32>(high01, high23, 2, 3, 6, 7))
}
