/** The fused engine: a learner whose networks, optimisers, replay buffer and sampler live in the WebAssembly kernel's memory. */
import { UserError } from '../../common/user-error.ts'
import type { Network } from '../../policy/network.ts'
import {
  type ChosenBatch,
  checkBatch,
  type EngineOptions,
  type LearningEngine,
  type Networks,
  networkTitles,
  type UpdateMetrics,
  visitRecords,
} from '../engine.ts'
import { arrayOf, type StateArrays } from '../state.ts'
import { HelperThreads } from './helper-threads.ts'
import { compileKernel, compileRelaxedKernel, instantiateKernel, type KernelExports } from './kernel-module.ts'
import { type MemoryMap, mapMemory, type NetworkMap } from './memory-map.ts'
import { layerRecord, learnerRecord, networkRecord } from './records.ts'
import { readStrips, writeStrips } from './strips.ts'

const PAGE = 65536

/** Copies of the parameters, in the order in which the kernel has them. */
const WEIGHTS = 0
const TARGETS = 3
const GRADIENTS = 4

/** What a state calls them; gradients live for one update. */
const COPY_NAMES = ['weights', 'firstMoments', 'secondMoments', 'targets']
const NETWORK_NAMES = ['actor', 'critic', 'secondCritic']

/** Where each network stands in the memory map: its index, and which copy of the parameters. */
const PLACES: Record<keyof Networks, [network: number, copy: number]> = {
  actor: [0, WEIGHTS],
  critic: [1, WEIGHTS],
  secondCritic: [2, WEIGHTS],
  targetActor: [0, TARGETS],
  targetCritic: [1, TARGETS],
  targetSecondCritic: [2, TARGETS],
}

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
  private readonly map: MemoryMap
  private readonly options: EngineOptions
  private readonly view: DataView
  private readonly floats: Float32Array
  private readonly words: Uint32Array
  private readonly threads: number
  private readonly helpers: HelperThreads | undefined

  /** Throws a UserError where the memory or the helping threads cannot be had. */
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
      const addressOf = (field: 'present' | 'arrived' | 'lost') => learnerRecord.addressOf(learner, field)
      const [present, arrived, lost] = [addressOf('present'), addressOf('arrived'), addressOf('lost')]
      this.helpers = new HelperThreads({ module, memory, learner, count: threads - 1, present, arrived, lost })
    }
  }

  get stored(): number {
    return this.read('stored')
  }

  /** Helping threads that are alive. */
  get helping(): number {
    return this.read('present')
  }

  act(observation: Float32Array, action: Float32Array): void {
    this.checkObservation(observation)
    this.checkAction(action)
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
    this.checkObservation(observation)
    this.checkAction(action)
    this.checkObservation(nextObservation)
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
    return this.metricsOf(this.kernel.update(this.map.learner, updatesPolicy), updatesPolicy)
  }

  updateOn(chosen: ChosenBatch, updatesPolicy: boolean): UpdateMetrics {
    const { indices, weights, targetNoise } = chosen
    const { size, settings } = this.options
    checkBatch(chosen, size, settings, this.stored)
    const { batch } = this.map
    this.words.set(indices, batch.indices / 4)
    fillOrSet(this.floats, batch.importance / 4, indices.length, weights, 1)
    fillOrSet(this.floats, batch.noise / 4, indices.length * size.action, targetNoise, 0)
    return this.metricsOf(this.kernel.learn(this.map.learner, updatesPolicy), updatesPolicy)
  }

  /** Chooses a batch and nothing more, for the bench. */
  chooseBatch(): Uint32Array {
    this.kernel.chooseBatch(this.map.learner)
    const from = this.map.batch.indices / 4
    return this.words.slice(from, from + this.options.settings.batchSize)
  }

  setObservationScaling(mean: Float32Array, scale: Float32Array): void {
    this.checkObservation(mean)
    this.checkObservation(scale)
    this.floats.set(mean, this.map.batch.observationMean / 4)
    this.floats.set(scale, this.map.batch.observationScale / 4)
  }

  setLearningRates(share: number): void {
    this.map.networks.forEach(({ record }, index) => {
      networkRecord.set(this.view, record, { learningRate: share * this.learningRateOf(index) })
    })
  }

  findNonFinite(): string | undefined {
    const { networks, parameterBytes } = this.map
    for (const name of Object.keys(networkTitles) as (keyof Networks)[]) {
      const [index, copy] = PLACES[name]
      const layer = networks[index]?.layers.findIndex(({ weights, weightShape }) => {
        const from = (weights + copy * parameterBytes) / 4
        return !this.floats.subarray(from, from + weightShape.bytes / 4).every(Number.isFinite)
      })
      if (layer !== undefined && layer >= 0) return `${networkTitles[name]}, layer ${layer + 1}`
    }
    return undefined
  }

  exportActor(): Network {
    return this.readPlace('actor')
  }

  exportNetworks(): Networks {
    const read = (name: keyof Networks) => this.readPlace(name)
    return {
      actor: read('actor'),
      critic: read('critic'),
      targetActor: read('targetActor'),
      targetCritic: read('targetCritic'),
      ...(this.options.settings.twinCritics && {
        secondCritic: read('secondCritic'),
        targetSecondCritic: read('targetSecondCritic'),
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

  state(): StateArrays {
    const { batch, learner, networks, replay } = this.map
    const { observation } = this.options.size
    const floats = (address: number, count: number) => this.floats.slice(address / 4, address / 4 + count)
    const integers = (address: number) => Int32Array.from(this.words.subarray(address / 4, address / 4 + 4))
    const state: StateArrays = {
      replayRandom: integers(batch.replayRandom),
      noiseRandom: integers(batch.noiseRandom),
      observationMean: floats(batch.observationMean, observation),
      observationScale: floats(batch.observationScale, observation),
      ring: Float64Array.of(this.read('next'), this.stored),
    }
    if (this.options.settings.prioritisedReplay) {
      state.priorities = floats(replay.tree + replay.treeLeaves * 4, this.stored)
      const get = (field: 'largestPriority' | 'importanceExponent') => learnerRecord.get(this.view, learner, field)
      state.prioritisation = Float64Array.of(get('largestPriority'), get('importanceExponent'))
    }
    this.visitParameters((name, network, index, address) => {
      const { inputs, outputs } = network.layers[index]!
      const { weights, bias } = readStrips(this.floats, address, inputs, outputs)
      state[name] = weights
      state[`${name}.bias`] = bias
    })
    networks.forEach(({ record }, index) => {
      const get = (field: 'beta1Power' | 'beta2Power') => networkRecord.get(this.view, record, field)
      state[`${NETWORK_NAMES[index]}.adamPowers`] = Float64Array.of(get('beta1Power'), get('beta2Power'))
    })
    return state
  }

  restore(state: StateArrays): void {
    const { batch, learner, networks, replay } = this.map
    const { observation } = this.options.size
    this.words.set(arrayOf(state, 'replayRandom', Int32Array, 4), batch.replayRandom / 4)
    this.words.set(arrayOf(state, 'noiseRandom', Int32Array, 4), batch.noiseRandom / 4)
    this.floats.set(arrayOf(state, 'observationMean', Float32Array, observation), batch.observationMean / 4)
    this.floats.set(arrayOf(state, 'observationScale', Float32Array, observation), batch.observationScale / 4)
    const [next, stored] = arrayOf(state, 'ring', Float64Array, 2)
    learnerRecord.set(this.view, learner, { next: next!, stored: stored! })
    if (this.options.settings.prioritisedReplay) {
      const [largestPriority, importanceExponent] = arrayOf(state, 'prioritisation', Float64Array, 2)
      learnerRecord.set(this.view, learner, {
        largestPriority: largestPriority!,
        importanceExponent: importanceExponent!,
      })
      const tree = this.floats.subarray(replay.tree / 4, replay.tree / 4 + 2 * replay.treeLeaves)
      sumTree(tree, arrayOf(state, 'priorities', Float32Array, stored!))
    }
    this.visitParameters((name, network, index, address) => {
      const { inputs, outputs } = network.layers[index]!
      writeStrips(this.floats, address, {
        inputs,
        outputs,
        weights: arrayOf(state, name, Float32Array, inputs * outputs),
        bias: arrayOf(state, `${name}.bias`, Float32Array, outputs),
      })
    })
    networks.forEach(({ record }, index) => {
      const [beta1Power, beta2Power] = arrayOf(state, `${NETWORK_NAMES[index]}.adamPowers`, Float64Array, 2)
      networkRecord.set(this.view, record, { beta1Power: beta1Power!, beta2Power: beta2Power! })
    })
    this.kernel.transposeWeights(learner)
  }

  restoreTransitions(firstSlot: number, records: Float32Array): void {
    const { size, settings } = this.options
    const { records: start, recordBytes } = this.map.replay
    visitRecords(firstSlot, records, size, settings.replayCapacity, (slot, record) => {
      this.floats.set(record, (start + slot * recordBytes) / 4)
    })
  }

  dispose(): void {
    if (this.threads > 1) this.kernel.quit(this.map.learner)
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
    const metrics = { criticLoss: Math.fround(this.read('criticLoss')), meanQ: Math.fround(this.read('meanQ')) }
    if (!updatesPolicy) return metrics
    return { ...metrics, policyLoss: this.read('policyLoss'), saturation: this.read('saturation') }
  }

  private checkObservation({ length }: Float32Array): void {
    const { observation } = this.options.size
    if (length !== observation) throw new RangeError(`An observation has ${observation} entries, not ${length}.`)
  }

  private checkAction({ length }: Float32Array): void {
    const { action } = this.options.size
    if (length !== action) throw new RangeError(`An action has ${action} entries, not ${length}.`)
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
      counter: map.counter,
      taskRows: map.taskRows,
      forwardRows: map.forwardRows,
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
      this.writeNetworkRecord(network, this.learningRateOf(index), index === 0 ? 0 : settings.criticL2)
    })
  }

  private learningRateOf(network: number): number {
    const { actorLearningRate, criticLearningRate } = this.options.settings
    return network === 0 ? actorLearningRate : criticLearningRate
  }

  private writeNetworkRecord(network: NetworkMap, learningRate: number, decay: number): void {
    const { record, layerRecords, layers, ...fields } = network
    networkRecord.set(this.view, record, {
      beta1Power: 1,
      beta2Power: 1,
      learningRate,
      decay,
      layerCount: layers.length,
      layers: layerRecords,
      ...fields,
      targetWeights: TARGETS * this.map.parameterBytes,
    })
    layers.forEach(({ weightShape, transposedShape, rectified, ...fields }, index) => {
      layerRecord.set(this.view, layerRecords + index * layerRecord.bytes, {
        ...fields,
        rectified: rectified ? 1 : 0,
        stripBytes: weightShape.stripBytes,
        panels: weightShape.panels,
        fullPanels: weightShape.fullPanels,
        transposedStripBytes: transposedShape.stripBytes,
        transposedPanels: transposedShape.panels,
        transposedFullPanels: transposedShape.fullPanels,
      })
    })
  }

  private writeNetworks(networks: Networks): void {
    for (const [name, [index, copy]] of Object.entries(PLACES) as [keyof Networks, [number, number]][]) {
      this.map.networks[index]?.layers.forEach(({ weights }, layer) => {
        writeStrips(this.floats, weights + copy * this.map.parameterBytes, networks[name]!.layers[layer]!)
      })
    }
    this.kernel.transposeWeights(this.map.learner)
  }

  /** Every copy of every layer's parameters that outlives an update, with its name in a state and its address. */
  private visitParameters(visit: (name: string, network: NetworkMap, layer: number, address: number) => void): void {
    this.map.networks.forEach((network, index) => {
      network.layers.forEach(({ weights }, layer) => {
        COPY_NAMES.forEach((copyName, copy) => {
          const address = weights + copy * this.map.parameterBytes
          visit(`${NETWORK_NAMES[index]}.${layer}.${copyName}`, network, layer, address)
        })
      })
    })
  }

  private readPlace(name: keyof Networks): Network {
    const [index, copy] = PLACES[name]
    return this.readNetwork(this.map.networks[index]!, copy)
  }

  private readNetwork({ layers }: NetworkMap, copy: number): Network {
    return {
      layers: layers.map(({ weights, inputs, outputs }) =>
        readStrips(this.floats, weights + copy * this.map.parameterBytes, inputs, outputs),
      ),
    }
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
function checkRecords(kernel: KernelExports): void {
  const matches =
    kernel.layerBytes() === layerRecord.bytes &&
    kernel.networkBytes() === networkRecord.bytes &&
    kernel.learnerBytes() === learnerRecord.bytes
  if (!matches) throw new Error('The kernel was built from other sources than the engine: run "npm run build:kernel".')
}

/** Fills a tree of priorities from its leaves: every node is the sum of its two, as the kernel has it. */
function sumTree(tree: Float32Array, leaves: Float32Array): void {
  tree.fill(0)
  tree.set(leaves, tree.length / 2)
  for (let node = tree.length / 2 - 1; node >= 1; node--) tree[node] = tree[2 * node]! + tree[2 * node + 1]!
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
