/**
 * What WebAssembly SIMD can do on this processor, under V8's options of this process: a dense matrix product from the first-level cache, as a small
 * module assembled here, with multiplication and addition apart or (relaxed SIMD) fused.
 */

/** Rows and 4-wide columns of the block kept in registers, and the inner size; the panels are read from memory. */
const [ROWS, COLUMNS, INNER] = [5, 2, 128]
const FLOP_PER_PASS = 2 * 4 * ROWS * COLUMNS * INNER

/** GFLOP/s, the best of several rounds; undefined where the runtime has no relaxed SIMD. */
export async function measureDensePeak(isRelaxed: boolean, rounds = 20): Promise<number | undefined> {
  const module = assemble(isRelaxed)
  if (!WebAssembly.validate(module)) return undefined
  const { instance } = await WebAssembly.instantiate(module)
  const run = instance.exports.run as (passes: number) => void
  const passes = 20_000
  run(passes)
  let best = 0
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    run(passes)
    best = Math.max(best, (passes * FLOP_PER_PASS) / (performance.now() - start) / 1e6)
  }
  return best
}

/** Local variables of `run`: its parameter, the places in both panels, a row's number, the columns' numbers, the sums. */
const [PASSES, ROW_PLACE, COLUMN_PLACE, ROW_VALUE, COLUMN_VALUE, SUMS] = [0, 1, 2, 3, 4, 4 + COLUMNS] as const
const ROW_PANEL = 0
const COLUMN_PANEL = 4 * ROWS * INNER

/** `run(passes)`: for each pass and k, sums[r][c] += splat(rowPanel[k][r]) · columnPanel[k][c]. */
function assemble(isRelaxed: boolean): Uint8Array<ArrayBuffer> {
  const simd = (opcode: number) => [0xfd, ...unsigned(opcode)]
  const get = (local: number) => [0x20, ...unsigned(local)]
  const set = (local: number) => [0x21, ...unsigned(local)]
  const i32 = (value: number) => [0x41, ...signed(value)]
  const load = (opcode: number, align: number, offset: number) => [...simd(opcode), align, ...unsigned(offset)]
  const multiplyAdd = (sum: number, column: number) =>
    isRelaxed
      ? [...get(ROW_VALUE), ...get(column), ...get(sum), ...simd(0x105), ...set(sum)]
      : [...get(ROW_VALUE), ...get(column), ...simd(0xe6), ...get(sum), ...simd(0xe4), ...set(sum)]

  const inner: number[] = []
  for (let column = 0; column < COLUMNS; column++) {
    inner.push(...get(COLUMN_PLACE), ...load(0x00, 4, COLUMN_PANEL + 16 * column), ...set(COLUMN_VALUE + column))
  }
  for (let row = 0; row < ROWS; row++) {
    inner.push(...get(ROW_PLACE), ...load(0x09, 2, ROW_PANEL + 4 * row), ...set(ROW_VALUE))
    for (let column = 0; column < COLUMNS; column++) {
      inner.push(...multiplyAdd(SUMS + row * COLUMNS + column, COLUMN_VALUE + column))
    }
  }
  const decrement = (local: number, by: number) => [...get(local), ...i32(by), 0x6b, 0x22, ...unsigned(local)]
  const code = [
    ...[0x03, 0x40, ...i32(4 * ROWS * INNER), ...set(ROW_PLACE), ...i32(16 * COLUMNS * INNER), ...set(COLUMN_PLACE)],
    // The places run down, so that their end is 0.
    ...[0x03, 0x40, ...decrement(ROW_PLACE, 4 * ROWS), 0x1a, ...decrement(COLUMN_PLACE, 16 * COLUMNS), 0x1a, ...inner],
    ...[...get(ROW_PLACE), 0x0d, 0x00, 0x0b],
    ...[...decrement(PASSES, 1), 0x0d, 0x00, 0x0b],
    // The sums are stored, or an optimiser could leave the work out.
    ...Array.from({ length: ROWS * COLUMNS }, (_, sum) => [
      ...i32(16 * sum),
      ...get(SUMS + sum),
      ...load(0x0b, 4, 0),
    ]).flat(),
    0x0b,
  ]
  const locals = [0x02, 0x02, 0x7f, ...unsigned(1 + COLUMNS + ROWS * COLUMNS), 0x7b]
  const body = [...locals, ...code]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [0x01, 0x60, 0x01, 0x7f, 0x00]),
    ...section(3, [0x01, 0x00]),
    ...section(5, [0x01, 0x00, 0x01]),
    ...section(7, [0x01, 0x03, 0x72, 0x75, 0x6e, 0x00, 0x00]),
    ...section(10, [0x01, ...unsigned(body.length), ...body]),
  ])
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

/** LEB128 */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)]
}
