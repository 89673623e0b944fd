import { createEnvironment } from 'torquelab'

const env = await createEnvironment('hopper') // or './arm.json', or a scene object
console.log(env.spec.observation.map(({ name, unit }) => `${name} (${unit})`).join(', '))

let { observation } = env.reset({ seed: 1 })
let result
let sum = 0
do {
  const action = env.spec.action.map((_, index) => -observation[2 + index]) // your controller
  result = env.step(action)
  observation = result.observation
  sum += result.reward
} while (!result.terminated && !result.truncated)
const end = result.terminated ? result.info.conditions.join(', ') : 'time limit'
console.log(`return ${sum.toFixed(1)} in ${result.info.step} steps, ${end}`)
env.close()
