/** xoroshiro128+ (Blackman and Vigna 2018), as pure-rand has it: state of four i32, 32 bits out. */

/** The next 32 bits of the generator whose state is at `state`. */
function next(state: usize): u32 {
  const s01 = load<u32>(state)
  const s00 = load<u32>(state, 4)
  const s11 = load<u32>(state, 8)
  const s10 = load<u32>(state, 12)
  const low = s10 ^ s00
  const high = s11 ^ s01
  store<u32>(state, (s01 << 24) ^ (s00 >> 8) ^ high ^ ((high << 16) | (low >> 16)))
  store<u32>(state, (s00 << 24) ^ (s01 >> 8) ^ low ^ (low << 16), 4)
  store<u32>(state, (low << 5) ^ (high >> 27), 8)
  store<u32>(state, (high << 5) ^ (low >> 27), 12)
  return s00 + s10
}

/** Uniform in [0, 1), 53 bits, from two draws as pure-rand makes it. */
export function uniform(state: usize): f64 {
  const high = next(state) & 0x3ffffff
  const low = next(state) & 0x7ffffff
  return (<f64>high * 134217728 + <f64>low) * (1 / 9007199254740992.0)
}

/** Standard normal: Marsaglia's polar method, which needs no trigonometry, as RandomStream.normal (src/common/random.ts) has it. */
export function normal(state: usize): f64 {
  let x: f64
  let square: f64
  do {
    x = 2 * uniform(state) - 1
    const y = 2 * uniform(state) - 1
    square = x * x + y * y
  } while (square >= 1 || square == 0)
  return x * Math.sqrt((-2 * Math.log(square)) / square)
}
