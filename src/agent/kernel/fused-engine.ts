/** The fused engine: a learner whose networks, optimisers, replay buffer and sampler live in the WebAssembly kernel's memory. */
import { UserError } from '../../common/user-error.ts'
import type { Network } from '../../policy/network.ts'
import type { ChosenBatch, EngineOptions, LearningEngine, Networks, UpdateMetrics } from '../engine.ts'
import { startHelpers } from './helper-threads.ts'
import { compileKernel, instantiateKernel, type KernelExports } from './kernel-module.ts'
import { type MemoryMap, mapMemory, type NetworkMap } from './memory-map.ts'
import { readPanels, writePanels } from './panels.ts'
import { layerRecord, learnerRecord, networkRecord } from './records.ts'

const PAGE = 65536

/** Copies of the parameters, in the order in which the kernel has them. */
const WEIGHTS = 0
const TARGETS = 3
const GRADIENTS = 4

/** Compiles the kernel; the function returned makes engines. */
export async function loadFusedKernel(): Promise<(options: EngineOptions) => FusedEngine> {
  const plain = await compileKernel(false)
  let relaxed: WebAssembly.Module | undefined
  try {
    relaxed = await compileKernel(true)
  } catch {
    // A runtime without relaxed SIMD; asking for it then fails below.
  }
  return (options) => {
    const module = options.relaxedSimd ? relaxed : plain
    if (!module) throw new UserError('This runtime has no relaxed SIMD; leave --relaxed-simd away.', 'failure')
    return new FusedEngine(module, options)
  }
}

export class FusedEngine implements LearningEngine {
  readonly name = 'fused'
  /** Bytes of the kernel's memory; pages of the replay buffer are only used as it fills. */
  readonly memoryBytes: number
  private readonly kernel: KernelExports
  private readonly map: MemoryMap
  private readonly options: EngineOptions
  private readonly view: DataView
  private readonly floats: Float32Array
  private readonly words: Uint32Array
  private readonly threads: number

  constructor(module: WebAssembly.Module, options: EngineOptions) {
    const { size, settings, threads = 1 } = options
    this.options = options
    this.threads = threads
    const measure = instantiateKernel(module, allocate(PAGE))
    checkRecords(measure)
    this.map = mapMemory({
      size,
      settings,
      threads,
      base: measure.heapBase(),
      listBytes: (width) => measure.listBytes(width),
    })
    this.memoryBytes = this.map.bytes
    const memory = allocate(this.map.bytes)
    this.kernel = instantiateKernel(module, memory)
    this.view = new DataView(memory.buffer)
    this.floats = new Float32Array(memory.buffer)
    this.words = new Uint32Array(memory.buffer)
    this.writeRecords()
    this.writeNetworks(options.networks)
    if (threads > 1) {
      const { learner } = this.map
      const present = learnerRecord.addressOf(learner, 'present')
      startHelpers({ module, memory, learner, count: threads - 1, present })
    }
  }

  get stored(): number {
    return this.read('stored')
  }

  act(observation: Float32Array, action: Float32Array): void {
    const { nextObservations, policyActions } = this.map.batch
    this.floats.set(observation, nextObservations / 4)
    this.kernel.act(this.map.learner)
    for (let index = 0; index < action.length; index++) action[index] = this.floats[policyActions / 4 + index]!
  }

  store(
    observation: Float32Array,
    action: Float32Array,
    reward: number,
    nextObservation: Float32Array,
    discount: number,
  ): void {
    const { records, recordBytes } = this.map.replay
    let at = (records + this.read('next') * recordBytes) / 4
    this.floats.set(observation, at)
    at += observation.length
    this.floats.set(action, at)
    at += action.length
    this.floats[at] = reward
    this.floats[at + 1] = discount
    this.floats.set(nextObservation, at + 2)
    this.kernel.commit(this.map.learner)
  }

  update(updatesPolicy: boolean): UpdateMetrics {
    this.kernel.chooseBatch(this.map.learner)
    return this.learn(updatesPolicy)
  }

  updateOn({ indices, weights, targetNoise }: ChosenBatch, updatesPolicy: boolean): UpdateMetrics {
    const { batch } = this.map
    const { batchSize } = this.options.settings
    if (indices.length !== batchSize)
      throw new RangeError(`A batch has ${batchSize} transitions, not ${indices.length}.`)
    for (const index of indices) {
      if (index >= this.stored)
        throw new RangeError(`There is no stored transition ${index}; ${this.stored} are stored.`)
    }
    this.words.set(indices, batch.indices / 4)
    fillOrSet(this.floats, batch.importance / 4, batchSize, weights, 1)
    fillOrSet(this.floats, batch.noise / 4, batchSize * this.options.size.action, targetNoise, 0)
    return this.learn(updatesPolicy)
  }

  /** Chooses a batch and nothing more, for the bench. */
  chooseBatch(): Uint32Array {
    this.kernel.chooseBatch(this.map.learner)
    const from = this.map.batch.indices / 4
    return this.words.slice(from, from + this.options.settings.batchSize)
  }

  setObservationScaling(mean: Float32Array, scale: Float32Array): void {
    this.floats.set(mean, this.map.batch.observationMean / 4)
    this.floats.set(scale, this.map.batch.observationScale / 4)
  }

  findNonFinite(): string | undefined {
    for (const [index, { layers }] of this.map.networks.entries()) {
      const name = ['actor', 'critic', 'second critic'][index]
      for (const [copy, prefix] of [
        [WEIGHTS, ''],
        [TARGETS, 'target '],
      ] as const) {
        for (const [layer, { weights, weightShape }] of layers.entries()) {
          const from = (weights + copy * this.map.parameterBytes) / 4
          const values = this.floats.subarray(from, from + weightShape.bytes / 4)
          if (!values.every(Number.isFinite)) return `${prefix}${name}, layer ${layer + 1}`
        }
      }
    }
    return undefined
  }

  exportNetworks(): Networks {
    const [actor, critic, secondCritic] = this.map.networks
    return {
      actor: this.readNetwork(actor!, WEIGHTS),
      critic: this.readNetwork(critic!, WEIGHTS),
      targetActor: this.readNetwork(actor!, TARGETS),
      targetCritic: this.readNetwork(critic!, TARGETS),
      ...(secondCritic && {
        secondCritic: this.readNetwork(secondCritic, WEIGHTS),
        targetSecondCritic: this.readNetwork(secondCritic, TARGETS),
      }),
    }
  }

  /** Gradients of the last update, in the shapes of the weights; with `gradientClip` above 0 only, which keeps them. */
  exportGradients(): { actor: Network; critics: Network[] } {
    if (this.options.settings.gradientClip === 0) throw new Error('Gradients are kept where they are clipped only.')
    const [actor, ...critics] = this.map.networks
    return {
      actor: this.readNetwork(actor!, GRADIENTS),
      critics: critics.map((critic) => this.readNetwork(critic, GRADIENTS)),
    }
  }

  /** Adam's first and second moments of all weights, for the tests of their range. */
  moments(): Float32Array {
    const { parameters, parameterBytes } = this.map
    return this.floats.slice((parameters + parameterBytes) / 4, (parameters + 3 * parameterBytes) / 4)
  }

  dispose(): void {
    if (this.threads > 1) this.kernel.quit(this.map.learner)
  }

  private learn(updatesPolicy: boolean): UpdateMetrics {
    this.kernel.learn(this.map.learner, updatesPolicy)
    // Summed in float64: a loss that float32 cannot hold counts as infinite, since its gradients are.
    const metrics = { criticLoss: Math.fround(this.read('criticLoss')), meanQ: Math.fround(this.read('meanQ')) }
    if (!updatesPolicy) return metrics
    return { ...metrics, policyLoss: this.read('policyLoss'), saturation: this.read('saturation') }
  }

  private read(field: Parameters<typeof learnerRecord.get>[2]): number {
    return learnerRecord.get(this.view, this.map.learner, field)
  }

  private writeRecords(): void {
    const { map, view } = this
    const { size, settings, random } = this.options
    const { networks, batch, replay, scratch } = map
    learnerRecord.set(view, map.learner, {
      ...batch,
      importanceExponent: settings.importanceExponent,
      importanceIncrement: (1 - settings.importanceExponent) / settings.importanceUpdates,
      priorityExponent: settings.priorityExponent,
      targetNoise: settings.targetNoise,
      targetNoiseClip: settings.targetNoiseClip,
      observation: size.observation,
      action: size.action,
      batch: settings.batchSize,
      criticCount: networks.length - 1,
      actor: networks[0]!.record,
      critics: networks[1]!.record,
      parameterBytes: map.parameterBytes,
      softUpdateRate: settings.softUpdateRate,
      gradientClip: settings.gradientClip,
      preactivationPenalty: settings.preactivationPenalty,
      records: replay.records,
      recordBytes: replay.recordBytes,
      capacity: settings.replayCapacity,
      prioritised: settings.prioritisedReplay ? 1 : 0,
      tree: replay.tree,
      treeLeaves: replay.treeLeaves,
      largestPriority: 1,
      threads: this.threads,
      counters: map.counters,
      taskRows: map.taskRows,
      scratch: scratch.address,
      scratchBytes: scratch.bytes,
      listBytes: scratch.listBytes,
      blockOffset: scratch.blockOffset,
      columnsOffset: scratch.columnsOffset,
    })
    this.words.set(Uint32Array.from(random.replay), batch.replayRandom / 4)
    this.words.set(Uint32Array.from(random.targetNoise), batch.noiseRandom / 4)
    this.floats.fill(1, batch.observationScale / 4, batch.observationScale / 4 + size.observation)
    networks.forEach((network, index) => {
      const rate = index === 0 ? settings.actorLearningRate : settings.criticLearningRate
      this.writeNetworkRecord(network, rate, index === 0 ? 0 : settings.criticL2)
    })
  }

  private writeNetworkRecord(network: NetworkMap, learningRate: number, decay: number): void {
    const { record, layerRecords, layers, actionLayer, blocks, squares } = network
    networkRecord.set(this.view, record, {
      beta1Power: 1,
      beta2Power: 1,
      learningRate,
      decay,
      layerCount: layers.length,
      layers: layerRecords,
      actionLayer,
      squares,
      blocks,
    })
    layers.forEach(({ weightShape, transposedShape, rectified, ...fields }, index) => {
      layerRecord.set(this.view, layerRecords + index * layerRecord.bytes, {
        ...fields,
        rectified: rectified ? 1 : 0,
        panelBytes: weightShape.panelBytes,
        panels: weightShape.panels,
        lastVectors: weightShape.lastVectors,
        transposedPanelBytes: transposedShape.panelBytes,
        transposedPanels: transposedShape.panels,
        transposedLastVectors: transposedShape.lastVectors,
      })
    })
  }

  private writeNetworks(networks: Networks): void {
    const pairs = [
      [networks.actor, networks.targetActor],
      [networks.critic, networks.targetCritic],
      [networks.secondCritic, networks.targetSecondCritic],
    ] as const
    this.map.networks.forEach(({ layers }, index) => {
      const [live, target] = pairs[index]!
      layers.forEach(({ weights }, layer) => {
        writePanels(this.floats, weights + WEIGHTS * this.map.parameterBytes, live!.layers[layer]!)
        writePanels(this.floats, weights + TARGETS * this.map.parameterBytes, target!.layers[layer]!)
      })
    })
    this.kernel.transposeWeights(this.map.learner)
  }

  private readNetwork({ layers }: NetworkMap, copy: number): Network {
    return {
      layers: layers.map(({ weights, inputs, outputs }) =>
        readPanels(this.floats, weights + copy * this.map.parameterBytes, inputs, outputs),
      ),
    }
  }
}

function allocate(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE)
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}

/** A kernel and an engine that do not belong together would corrupt each other's memory. */
function checkRecords(kernel: KernelExports): void {
  const matches =
    kernel.layerBytes() === layerRecord.bytes &&
    kernel.networkBytes() === networkRecord.bytes &&
    kernel.learnerBytes() === learnerRecord.bytes
  if (!matches) throw new Error('The kernel was built from other sources than the engine: run "npm run build:kernel".')
}

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
