/** The fused engine: a learner whose networks, optimisers, replay buffer and sampler live in the WebAssembly kernel's memory. */
import { UserError } from '../../common/user-error.ts'
import type { Network } from '../../policy/network.ts'
import {
  type ChosenBatch,
  checkBatch,
  type EngineOptions,
  type LearningEngine,
  type Networks,
  type UpdateMetrics,
} from '../engine.ts'
import type { StateArrays } from '../state.ts'
import { HelperThreads } from './helper-threads.ts'
import { KernelMemory } from './kernel-memory.ts'
import { compileKernel, compileRelaxedKernel, instantiateKernel, type KernelExports } from './kernel-module.ts'
import { BLOCK_INPUTS, mapMemory } from './memory-map.ts'
import { layerRecord, learnerRecord, networkRecord } from './records.ts'
import { PANEL_COLUMNS, STRIP_ROW_BYTES } from './strips.ts'

const PAGE = 65536

/**
 * Compiles the plain kernel, or throws a UserError; the function returned makes engines, and compiles the relaxed kernel when
 * one first asks for it.
 */
export async function loadFusedKernel(): Promise<(options: EngineOptions) => FusedEngine> {
  const plain = await compileKernel()
  let relaxed: WebAssembly.Module | undefined
  return (options) => {
    if (!options.relaxedSimd) return new FusedEngine(plain, options)
    relaxed ??= compileRelaxedKernel()
    return new FusedEngine(relaxed, options)
  }
}

export class FusedEngine implements LearningEngine {
  readonly name = 'fused'
  /** Bytes of the kernel's memory; pages of the replay buffer are only used as it fills. */
  readonly memoryBytes: number
  private readonly kernel: KernelExports
  private readonly memory: KernelMemory
  /** Address of its record. */
  private readonly learner: number
  private readonly options: EngineOptions
  private readonly helpers: HelperThreads | undefined

  /** Throws a UserError where the memory or the helping threads cannot be had. */
  constructor(module: WebAssembly.Module, options: EngineOptions) {
    const { size, settings, threads = 1 } = options
    this.options = options
    const measure = instantiateKernel(module, allocate(PAGE))
    checkLayout(measure)
    const map = mapMemory({
      size,
      settings,
      threads,
      base: measure.heapBase(),
      listBytes: (width) => measure.listBytes(width),
    })
    this.learner = map.learner
    this.memoryBytes = map.bytes
    const memory = allocate(map.bytes)
    this.kernel = instantiateKernel(module, memory)
    this.memory = new KernelMemory(memory.buffer, map, options)
    this.memory.writeRecords()
    this.memory.writeNetworks(options.networks)
    this.kernel.transposeWeights(this.learner)
    if (threads > 1) {
      const addressOf = (field: 'present' | 'arrived' | 'lost') => learnerRecord.addressOf(this.learner, field)
      const [present, arrived, lost] = [addressOf('present'), addressOf('arrived'), addressOf('lost')]
      const shared = { module, memory, learner: this.learner }
      this.helpers = new HelperThreads({ ...shared, count: threads - 1, present, arrived, lost })
    }
  }

  get stored(): number {
    return this.memory.read('stored')
  }

  /** Helping threads that are alive. */
  get helping(): number {
    return this.memory.read('present')
  }

  act(observation: Float32Array, action: Float32Array): void {
    this.checkObservation(observation)
    this.checkAction(action)
    const { nextObservations, policyActions } = this.memory.map.batch
    this.memory.floats.set(observation, nextObservations / 4)
    this.kernel.act(this.learner)
    for (let index = 0; index < action.length; index++) action[index] = this.memory.floats[policyActions / 4 + index]!
  }

  store(
    observation: Float32Array,
    action: Float32Array,
    reward: number,
    nextObservation: Float32Array,
    discount: number,
  ): void {
    this.checkObservation(observation)
    this.checkAction(action)
    this.checkObservation(nextObservation)
    const { records, recordBytes } = this.memory.map.replay
    let at = (records + this.memory.read('next') * recordBytes) / 4
    this.memory.floats.set(observation, at)
    at += observation.length
    this.memory.floats.set(action, at)
    at += action.length
    this.memory.floats[at] = reward
    this.memory.floats[at + 1] = discount
    this.memory.floats.set(nextObservation, at + 2)
    this.kernel.commit(this.learner)
  }

  update(updatesPolicy: boolean): UpdateMetrics {
    return this.metricsOf(this.kernel.update(this.learner, updatesPolicy), updatesPolicy)
  }

  updateOn(chosen: ChosenBatch, updatesPolicy: boolean): UpdateMetrics {
    const { indices, weights, targetNoise } = chosen
    const { size, settings } = this.options
    checkBatch(chosen, size, settings, this.stored)
    const { batch } = this.memory.map
    this.memory.words.set(indices, batch.indices / 4)
    fillOrSet(this.memory.floats, batch.importance / 4, indices.length, weights, 1)
    fillOrSet(this.memory.floats, batch.noise / 4, indices.length * size.action, targetNoise, 0)
    return this.metricsOf(this.kernel.learn(this.learner, updatesPolicy), updatesPolicy)
  }

  /** Chooses a batch and nothing more, for the bench. */
  chooseBatch(): Uint32Array {
    this.kernel.chooseBatch(this.learner)
    const from = this.memory.map.batch.indices / 4
    return this.memory.words.slice(from, from + this.options.settings.batchSize)
  }

  setObservationScaling(mean: Float32Array, scale: Float32Array): void {
    this.checkObservation(mean)
    this.checkObservation(scale)
    this.memory.floats.set(mean, this.memory.map.batch.observationMean / 4)
    this.memory.floats.set(scale, this.memory.map.batch.observationScale / 4)
  }

  setLearningRates(share: number): void {
    this.memory.writeLearningRates(share)
  }

  exportActor(): Network {
    return this.memory.readNetwork('actor')
  }

  exportNetworks(): Networks {
    return this.memory.readNetworks()
  }

  findNonFinite(): string | undefined {
    return this.memory.findNonFinite()
  }

  state(): StateArrays {
    return this.memory.state()
  }

  restore(state: StateArrays): void {
    this.memory.restore(state)
    this.kernel.transposeWeights(this.learner)
  }

  /** Gradients of the last update, in the shapes of the weights; with `gradientClip` above 0 only, which keeps them. */
  exportGradients(): { actor: Network; critics: Network[] } {
    if (this.options.settings.gradientClip === 0) throw new Error('Gradients are kept where they are clipped only.')
    return this.memory.readGradients()
  }

  /** Adam's first and second moments of all weights, for the tests of their range. */
  moments(): Float32Array {
    return this.memory.moments()
  }

  restoreTransitions(firstSlot: number, records: Float32Array): void {
    this.memory.restoreTransitions(firstSlot, records)
  }

  dispose(): void {
    if (this.helpers) this.kernel.quit(this.learner)
  }

  /** What an update has left; throws a UserError where the kernel says that it did not come to its end. */
  private metricsOf(isDone: number, updatesPolicy: boolean): UpdateMetrics {
    if (!isDone) {
      throw new UserError(
        `A helping thread of the learner stopped (${this.helpers?.cause()}); use --threads 1, which gives the same results.`,
        'failure',
      )
    }
    // Summed in float64: a loss that float32 cannot hold counts as infinite, since its gradients are.
    const metrics = {
      criticLoss: Math.fround(this.memory.read('criticLoss')),
      meanQ: Math.fround(this.memory.read('meanQ')),
    }
    if (!updatesPolicy) return metrics
    return { ...metrics, policyLoss: this.memory.read('policyLoss'), saturation: this.memory.read('saturation') }
  }

  private checkObservation({ length }: Float32Array): void {
    const { observation } = this.options.size
    if (length !== observation) throw new RangeError(`An observation has ${observation} entries, not ${length}.`)
  }

  private checkAction({ length }: Float32Array): void {
    const { action } = this.options.size
    if (length !== action) throw new RangeError(`An action has ${action} entries, not ${length}.`)
  }
}

/** Shared memory of that size. Throws a UserError where the machine does not give it. */
function allocate(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE)
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UserError(
      `There is no memory for the learner: it needs ${Math.ceil(bytes / 1e6)} MB in one piece. Take a smaller replayCapacity.`,
      'failure',
    )
  }
}

/** A kernel and an engine that do not belong together would corrupt each other's memory. */
function checkLayout(kernel: KernelExports): void {
  const matches =
    kernel.layerBytes() === layerRecord.bytes &&
    kernel.networkBytes() === networkRecord.bytes &&
    kernel.learnerBytes() === learnerRecord.bytes &&
    kernel.blockInputs() === BLOCK_INPUTS &&
    kernel.panelColumns() === PANEL_COLUMNS &&
    kernel.stripRow() === STRIP_ROW_BYTES
  if (!matches) throw new Error('The kernel was built from other sources than the engine: run "npm run build:kernel".')
}

/** Writes the values to `memory` from entry `at` on; where there are none, `otherwise` to `count` entries. */
function fillOrSet(
  memory: Float32Array,
  at: number,
  count: number,
  values: Float32Array | undefined,
  otherwise: number,
): void {
  if (values) memory.set(values, at)
  else memory.fill(otherwise, at, at + count)
}
