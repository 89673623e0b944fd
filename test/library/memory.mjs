// Resets an environment of the packed library 10,000 times and prints what memory is in use, as JSON. Needs --expose-gc.
/** Every memory that WebAssembly modules make: the physics engine has one. */
const memories = []
const { instantiate } = WebAssembly
WebAssembly.instantiate = async (...args) => {
  const result = await instantiate(...args)
  const { exports } = result.instance ?? result
  memories.push(...Object.values(exports).filter((value) => value instanceof WebAssembly.Memory))
  return result
}

const { createEnvironment, createVectorEnvironment } = await import('torquelab')
const env = await createEnvironment('hopper')
const vector = await createVectorEnvironment('hopper', 4)
const engine = []
const heap = []
const action = [1, -1, 1]
const actions = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? 1 : -1))

// Until everything is compiled.
await play(5000)
measure()
await play(10_000)
measure()
console.log(JSON.stringify({ engine, heap }))

async function play(resets) {
  for (let reset = 0; reset < resets; reset++) {
    env.reset({ seed: reset })
    env.step(action)
    env.step(action)
    if (reset % 10 !== 0) continue
    vector.reset({ seed: reset })
    vector.step(actions)
    // What is made and closed must not leave anything behind either.
    const another = await createEnvironment('hopper')
    another.reset({ seed: reset })
    another.close()
  }
}

function measure() {
  globalThis.gc()
  engine.push(memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0))
  heap.push(process.memoryUsage().heapUsed)
}
