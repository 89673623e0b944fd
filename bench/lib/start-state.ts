/** The state that all contestants start from, as files that Node and Python both read: bench/peers/start_state.py says how. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { criticActionLayer, type Networks, type ProblemSize } from '../../src/agent/engine.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import type { DenseLayer, Network } from '../../src/policy/network.ts'

/** In the order of the file. */
export const networkNames = ['actor', 'critic', 'targetActor', 'targetCritic'] as const
export type BenchNetworks = Pick<Networks, (typeof networkNames)[number]>

export interface StartState {
  size: ProblemSize
  settings: AgentSettings
  networks: BenchNetworks
  /** Rows of observation, action, reward, next observation, discount. */
  transitions: Float32Array
  /** [B], of the first rows: the batch of the one update that is compared. */
  checkIndices: Uint32Array
}

/** Numbers in one row of `transitions`. */
export function rowLength({ observation, action }: ProblemSize): number {
  return 2 * observation + action + 2
}

export function writeStartState(
  folder: string,
  { size, settings, networks, transitions, checkIndices }: StartState,
): void {
  const start = { ...size, settings, checkIndices: [...checkIndices] }
  writeFileSync(path.join(folder, 'start.json'), JSON.stringify(start))
  writeFileSync(path.join(folder, 'transitions.f32'), bytesOf(transitions))
  writeNetworks(path.join(folder, 'networks.f32'), networks)
}

export function readStartState(folder: string): StartState {
  const start = JSON.parse(readFileSync(path.join(folder, 'start.json'), 'utf8'))
  const size = { observation: start.observation, action: start.action }
  return {
    size,
    settings: start.settings,
    networks: readNetworks(path.join(folder, 'networks.f32'), size, start.settings),
    transitions: readFloats(path.join(folder, 'transitions.f32')),
    checkIndices: Uint32Array.from(start.checkIndices),
  }
}

export function writeNetworks(file: string, networks: BenchNetworks): void {
  const arrays = networkNames.flatMap((name) => networks[name].layers.flatMap(({ weights, bias }) => [weights, bias]))
  writeFileSync(file, Buffer.concat(arrays.map(bytesOf)))
}

/** The networks that a contestant wrote. */
export function networksOf(file: string, { size, settings }: StartState): BenchNetworks {
  return readNetworks(file, size, settings)
}

function readNetworks(file: string, size: ProblemSize, settings: AgentSettings): BenchNetworks {
  const numbers = readFloats(file)
  let position = 0
  const take = (count: number): Float32Array => {
    position += count
    return numbers.slice(position - count, position)
  }
  const read = (isCritic: boolean): Network => ({
    layers: layerShapes(size, settings, isCritic).map(
      ([inputs, outputs]): DenseLayer => ({ inputs, outputs, weights: take(inputs * outputs), bias: take(outputs) }),
    ),
  })
  const networks = { actor: read(false), critic: read(true), targetActor: read(false), targetCritic: read(true) }
  if (position !== numbers.length) throw new Error(`${file} holds ${numbers.length} numbers, not ${position}.`)
  return networks
}

/** [inputs, outputs] of each layer of the actor or of the critic. */
export function layerShapes(size: ProblemSize, settings: AgentSettings, isCritic: boolean): [number, number][] {
  const inputs = [size.observation, ...settings.hiddenSizes]
  if (isCritic) inputs[criticActionLayer(settings)]! += size.action
  const outputs = [...settings.hiddenSizes, isCritic ? 1 : size.action]
  return inputs.map((count, index) => [count, outputs[index]!])
}

function bytesOf(numbers: Float32Array): Buffer {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

function readFloats(file: string): Float32Array {
  const bytes = readFileSync(file)
  const numbers = new Float32Array(bytes.byteLength / 4)
  new Uint8Array(numbers.buffer).set(bytes)
  return numbers
}
