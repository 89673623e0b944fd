/**
 * The memory of the kernel as the engine sees it: writes its records, and brings networks, states and transitions in and out. Where
 * what lies is memory-map.ts's business.
 */
import type { Network } from '../../policy/network.ts'
import {
  type EngineOptions,
  learningNetworks,
  momentsPlace,
  type Networks,
  networkTitles,
  visitRecords,
} from '../engine.ts'
import { arrayOf, type StateArrays } from '../state.ts'
import type { MemoryMap, NetworkMap } from './memory-map.ts'
import { layerRecord, learnerRecord, networkRecord } from './records.ts'
import { readStrips, writeStrips } from './strips.ts'

/** Copies of the parameters, in the order in which the kernel has them. */
const WEIGHTS = 0
const FIRST_MOMENTS = 1
const SECOND_MOMENTS = 2
const TARGETS = 3
const GRADIENTS = 4

/** What a state calls them; gradients live for one update. */
const COPY_NAMES = ['weights', 'firstMoments', 'secondMoments', 'targets']

/** Where each network stands in the memory map: its index, and which copy of the parameters. */
const PLACES: Record<keyof Networks, [network: number, copy: number]> = {
  actor: [0, WEIGHTS],
  critic: [1, WEIGHTS],
  secondCritic: [2, WEIGHTS],
  targetActor: [0, TARGETS],
  targetCritic: [1, TARGETS],
  targetSecondCritic: [2, TARGETS],
}

export class KernelMemory {
  readonly map: MemoryMap
  readonly floats: Float32Array
  readonly words: Uint32Array
  private readonly view: DataView
  private readonly options: EngineOptions

  constructor(buffer: ArrayBufferLike, map: MemoryMap, options: EngineOptions) {
    this.map = map
    this.options = options
    this.view = new DataView(buffer)
    this.floats = new Float32Array(buffer)
    this.words = new Uint32Array(buffer)
  }

  /** A field of the learner's record. */
  read(field: Parameters<typeof learnerRecord.get>[2]): number {
    return learnerRecord.get(this.view, this.map.learner, field)
  }

  /** All records and generators, before the first call of the kernel. */
  writeRecords(): void {
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
      threads: this.options.threads ?? 1,
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

  /** The share of the settings' learning rates that the next updates use. */
  writeLearningRates(share: number): void {
    this.map.networks.forEach(({ record }, index) => {
      networkRecord.set(this.view, record, { learningRate: share * this.learningRateOf(index) })
    })
  }

  readNetwork(name: keyof Networks): Network {
    const [index, copy] = PLACES[name]
    return this.readCopy(this.map.networks[index]!, copy)
  }

  readNetworks(): Networks {
    const read = (name: keyof Networks) => this.readNetwork(name)
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

  /** Of the last update, where they are kept. */
  readGradients(): { actor: Network; critics: Network[] } {
    const [actor, ...critics] = this.map.networks
    return {
      actor: this.readCopy(actor!, GRADIENTS),
      critics: critics.map((critic) => this.readCopy(critic, GRADIENTS)),
    }
  }

  /** Adam's first and second moments of all weights, for the tests of their range. */
  moments(): Float32Array {
    const { parameters, parameterBytes } = this.map
    return this.floats.slice((parameters + parameterBytes) / 4, (parameters + 3 * parameterBytes) / 4)
  }

  findNonFinite(): string | undefined {
    for (const name of Object.keys(networkTitles) as (keyof Networks)[]) {
      const [index, copy] = PLACES[name]
      const layer = this.firstNonFiniteLayer(index, copy)
      if (layer !== undefined) return `${networkTitles[name]}, layer ${layer}`
    }
    for (const [index, name] of learningNetworks.entries()) {
      const layer = this.firstNonFiniteLayer(index, FIRST_MOMENTS) ?? this.firstNonFiniteLayer(index, SECOND_MOMENTS)
      if (layer !== undefined) return momentsPlace(name, layer)
    }
    return undefined
  }

  /** Number (from 1) of a network's first layer whose copy of its parameters holds a value that is not finite. */
  private firstNonFiniteLayer(network: number, copy: number): number | undefined {
    const { networks, parameterBytes } = this.map
    const layer = networks[network]?.layers.findIndex(({ weights, weightShape }) => {
      const from = (weights + copy * parameterBytes) / 4
      return !this.floats.subarray(from, from + weightShape.bytes / 4).every(Number.isFinite)
    })
    return layer === undefined || layer < 0 ? undefined : layer + 1
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
      ring: Float64Array.of(this.read('next'), this.read('stored')),
    }
    if (this.options.settings.prioritisedReplay) {
      state.priorities = floats(replay.tree + replay.treeLeaves * 4, this.read('stored'))
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
      state[`${learningNetworks[index]}.adamPowers`] = Float64Array.of(get('beta1Power'), get('beta2Power'))
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
      const [beta1Power, beta2Power] = arrayOf(state, `${learningNetworks[index]}.adamPowers`, Float64Array, 2)
      networkRecord.set(this.view, record, { beta1Power: beta1Power!, beta2Power: beta2Power! })
    })
  }

  restoreTransitions(firstSlot: number, records: Float32Array): void {
    const { size, settings } = this.options
    const { records: start, recordBytes } = this.map.replay
    visitRecords(firstSlot, records, size, settings.replayCapacity, (slot, record) => {
      this.floats.set(record, (start + slot * recordBytes) / 4)
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

  /** Weights and targets; the kernel's transposed copies are then to be made anew. */
  writeNetworks(networks: Networks): void {
    for (const [name, [index, copy]] of Object.entries(PLACES) as [keyof Networks, [number, number]][]) {
      this.map.networks[index]?.layers.forEach(({ weights }, layer) => {
        writeStrips(this.floats, weights + copy * this.map.parameterBytes, networks[name]!.layers[layer]!)
      })
    }
  }

  /** Every copy of every layer's parameters that outlives an update, with its name in a state and its address. */
  private visitParameters(visit: (name: string, network: NetworkMap, layer: number, address: number) => void): void {
    this.map.networks.forEach((network, index) => {
      network.layers.forEach(({ weights }, layer) => {
        COPY_NAMES.forEach((copyName, copy) => {
          const address = weights + copy * this.map.parameterBytes
          visit(`${learningNetworks[index]}.${layer}.${copyName}`, network, layer, address)
        })
      })
    })
  }

  private readCopy({ layers }: NetworkMap, copy: number): Network {
    return {
      layers: layers.map(({ weights, inputs, outputs }) =>
        readStrips(this.floats, weights + copy * this.map.parameterBytes, inputs, outputs),
      ),
    }
  }
}

/** Fills a tree of priorities from its leaves: every node is the sum of its two, as the kernel has it. */
function sumTree(tree: Float32Array, leaves: Float32Array): void {
  tree.fill(0)
  tree.set(leaves, tree.length / 2)
  for (let node = tree.length / 2 - 1; node >= 1; node--) tree[node] = tree[2 * node]! + tree[2 * node + 1]!
}
