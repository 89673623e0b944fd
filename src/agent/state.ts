/**
 * The state of a learner as named arrays of numbers: what a checkpoint holds, and what a run goes on from as if it had never
 * stopped. Names and shapes do not depend on how an engine lays out its memory.
 */
export type StateArray = Float32Array | Float64Array | Int32Array
export type StateArrays = Record<string, StateArray>

/** The arrays with `prefix` before their names. */
export function prefixed(prefix: string, state: StateArrays): StateArrays {
  return Object.fromEntries(Object.entries(state).map(([name, array]) => [`${prefix}${name}`, array]))
}

/** The arrays whose names begin with `prefix`, without it. */
export function withoutPrefix(prefix: string, state: StateArrays): StateArrays {
  const own = Object.entries(state).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(own.map(([name, array]) => [name.slice(prefix.length), array]))
}

/** The array of that name. Throws where it is missing, of another type, or of another length than `length` (where given). */
export function arrayOf<Kind extends StateArray>(
  state: StateArrays,
  name: string,
  kind: new (length: number) => Kind,
  length?: number,
): Kind {
  const array = state[name]
  if (!(array instanceof kind)) throw new Error(`The state has no "${name}" of type ${kind.name}.`)
  if (length !== undefined && array.length !== length) {
    throw new Error(`The state's "${name}" has ${array.length} entries; ${length} are needed.`)
  }
  return array
}
