/**
 * Lays out the kernel's memory for one learner: every address and size, decided once from the problem and the settings.
 * docs/learner.md shows the map. Nothing here touches memory: kernel-memory.ts writes the records.
 */
import { UserError } from '../../common/user-error.ts'
import { criticActionLayer, type ProblemSize } from '../engine.ts'
import type { AgentSettings } from '../settings.ts'
import { layerRecord, learnerRecord, networkRecord, roundUp } from './records.ts'
import { PANEL_COLUMNS, STRIP_ROW_BYTES, type StripShape, stripShape, writtenColumns } from './strips.ts'

/** Bytes that WebAssembly's 32-bit addresses reach. */
const ADDRESS_SPACE = 2 ** 32

/** A cache line: what threads write to lies on lines of its own, and rows are kept off powers of two by it. */
const LINE = 64

/** Rows of the batch that one task takes at most: few enough that their lists stay in the cache. */
const MAX_TASK_ROWS = 64

/** Inputs in a block of weights (BLOCK_INPUTS of assembly/layout.ts). */
export const BLOCK_INPUTS = 32

export interface LayerMap {
  inputs: number
  hiddenInputs: number
  outputs: number
  rectified: boolean
  weightShape: StripShape
  /** From the start of a copy of the parameters. */
  weights: number
  transposedShape: StripShape
  /** 0 where no gradient of the inputs is wanted: they are observations alone. */
  transposed: number
  input: number
  inputStride: number
  output: number
  outputStride: number
}

export interface NetworkMap {
  record: number
  layerRecords: number
  layers: LayerMap[]
  actionLayer: number
  /** From the activations to their gradients, and to the activations of the target network. */
  gradients: number
  blocks: number
  squares: number
  liveRows: number
}

export interface MemoryMap {
  learner: number
  /** The actor, then the critics. */
  networks: NetworkMap[]
  /** The first copy of all parameters: weights. Then moments, squared moments, targets and, where they are clipped, gradients. */
  parameters: number
  parameterBytes: number
  batch: {
    indices: number
    importance: number
    noise: number
    rewards: number
    discounts: number
    targets: number
    errors: number
    values: number
    observations: number
    nextObservations: number
    observationStride: number
    actions: number
    policyActions: number
    nextActions: number
    actionStride: number
    observationMean: number
    observationScale: number
    replayRandom: number
    noiseRandom: number
  }
  replay: { records: number; recordBytes: number; tree: number; treeLeaves: number }
  scratch: { address: number; bytes: number; listBytes: number; blockOffset: number; columnsOffset: number }
  /** The number of the phase's next task, on a line of its own. */
  counter: number
  taskRows: number
  forwardRows: number
  /** Of the whole memory. */
  bytes: number
}

export interface MapOptions {
  size: ProblemSize
  settings: AgentSettings
  threads: number
  /** First free byte. */
  base: number
  /** Bytes of a list over so many entries. */
  listBytes: (width: number) => number
}

/** Decides every address and size. Throws a UserError where networks, batch and buffer do not fit into 32-bit addresses. */
export function mapMemory({ size, settings, threads, base, listBytes }: MapOptions): MemoryMap {
  const { batchSize, replayCapacity } = settings
  const batchRows = roundUp(batchSize, 4)
  let end = roundUp(base, LINE)
  const take = (bytes: number): number => {
    const address = end
    end = roundUp(end + bytes, LINE)
    return address
  }
  const takeRows = (stride: number) => take(batchRows * stride)

  const learner = take(learnerRecord.bytes)
  const criticCount = settings.twinCritics ? 2 : 1
  const networkRecords = take((1 + criticCount) * networkRecord.bytes)
  const networks = Array.from({ length: 1 + criticCount }, (_, index) => {
    const actionLayer = index === 0 ? -1 : criticActionLayer(settings)
    const shapes = layerShapes(size, settings.hiddenSizes, actionLayer)
    const activations = end
    const layers = mapLayers(shapes, takeRows)
    const gradients = end - activations
    take(gradients)
    const blocks = layers.reduce((sum, { inputs }) => sum + Math.floor(inputs / BLOCK_INPUTS) + 1, 0)
    return {
      record: networkRecords + index * networkRecord.bytes,
      layerRecords: take(layers.length * layerRecord.bytes),
      layers,
      actionLayer,
      gradients,
      blocks,
      squares: take(blocks * 8),
      liveRows: take(batchRows * 4),
    }
  })

  const observationStride = rowStride(size.observation)
  const actionStride = rowStride(size.action)
  const batch = {
    indices: take(batchRows * 4),
    importance: take(batchRows * 4),
    noise: take(batchRows * size.action * 4),
    rewards: take(batchRows * 4),
    discounts: take(batchRows * 4),
    targets: take(batchRows * 4),
    errors: take(batchRows * criticCount * 4),
    values: take(batchRows * 4),
    observations: takeRows(observationStride),
    nextObservations: takeRows(observationStride),
    observationStride,
    actions: takeRows(actionStride),
    policyActions: takeRows(actionStride),
    nextActions: takeRows(actionStride),
    actionStride,
    observationMean: take(size.observation * 4),
    observationScale: take(size.observation * 4),
    replayRandom: take(16),
    noiseRandom: take(16),
  }

  const layers = networks.flatMap((network) => network.layers)
  let parameterBytes = 0
  for (const layer of layers) {
    layer.weights = parameterBytes
    parameterBytes += layer.weightShape.bytes
  }
  // At a multiple of 4096 bytes the copies would compete for the same places in the cache, and just beside one Adam's loads would
  // seem to wait for its last stores, which processors tell apart by their addresses' last 12 bits.
  parameterBytes = roundUp(parameterBytes, 4096) + 1024 + LINE
  const parameters = take(parameterBytes * (settings.gradientClip > 0 ? 5 : 4))
  for (const layer of layers) {
    layer.weights += parameters
    if (layer.rectified || layer.inputs > layer.hiddenInputs) layer.transposed = take(layer.transposedShape.bytes)
  }

  // A thread needs lists of its rows of a batch, or of a block of columns, whichever is larger; then one block of
  // gradients, and four columns of the batch.
  const taskRows = Math.min(MAX_TASK_ROWS, Math.ceil(batchSize / threads))
  // Two tasks for each block of rows: with an even number of threads half as many blocks keep all of them busy.
  const forwardRows = threads % 2 === 0 ? Math.min(MAX_TASK_ROWS, Math.ceil((2 * batchSize) / threads)) : taskRows
  const widest = Math.max(...layers.map(({ inputs, outputs }) => roundUp(Math.max(inputs + 1, outputs), 4)))
  const list = listBytes(Math.max(widest, batchRows))
  const blockOffset = Math.max(forwardRows, BLOCK_INPUTS) * list
  const columnsOffset = blockOffset + BLOCK_INPUTS * STRIP_ROW_BYTES
  const scratchBytes = roundUp(columnsOffset + 4 * batchRows * 4, LINE)
  const scratch = {
    address: take(threads * scratchBytes),
    bytes: scratchBytes,
    listBytes: list,
    blockOffset,
    columnsOffset,
  }

  const counter = take(LINE)
  const treeLeaves = settings.prioritisedReplay ? 2 ** Math.ceil(Math.log2(replayCapacity)) : 0
  const recordBytes = (2 * size.observation + size.action + 2) * 4
  const tree = take(2 * treeLeaves * 4)
  const records = take(replayCapacity * recordBytes)
  if (end > ADDRESS_SPACE) {
    const capacity = Math.floor((ADDRESS_SPACE - records) / recordBytes)
    throw new UserError(
      capacity < 1
        ? `The settings "batchSize" ${batchSize} and "hiddenSizes" ${settings.hiddenSizes.join(',')} together need ${Math.ceil(records / 1e6)} MB: the fused engine has room for 4 GiB. Take smaller ones, or another engine.`
        : `The setting "replayCapacity" cannot be ${replayCapacity} with ${size.observation} observations: the fused engine has room for 4 GiB. Take ${capacity} or less, or another engine.`,
    )
  }
  return {
    learner,
    networks,
    parameters,
    parameterBytes,
    batch,
    replay: { records, recordBytes, tree, treeLeaves },
    scratch,
    counter,
    taskRows,
    forwardRows,
    bytes: end,
  }
}

/** Inputs, those of them that are the action's, and outputs of each layer. */
function layerShapes(
  size: ProblemSize,
  hiddenSizes: readonly number[],
  actionLayer: number,
): { hiddenInputs: number; inputs: number; outputs: number }[] {
  const outputs = [...hiddenSizes, actionLayer < 0 ? size.action : 1]
  return outputs.map((count, index) => {
    const hiddenInputs = index === 0 ? size.observation : outputs[index - 1]!
    return { hiddenInputs, inputs: hiddenInputs + (index === actionLayer ? size.action : 0), outputs: count }
  })
}

/** Rows of activations of each layer; the weights' places are not known yet. */
function mapLayers(
  shapes: { hiddenInputs: number; inputs: number; outputs: number }[],
  takeRows: (stride: number) => number,
): LayerMap[] {
  const layers = shapes.map(({ hiddenInputs, inputs, outputs }, index): LayerMap => {
    // The constant 1 behind the inputs; and of their gradients the backward pass writes whole panels.
    const inputStride = rowStride(Math.max(inputs + 1, roundUp(inputs, PANEL_COLUMNS)))
    const transposedShape = stripShape(Math.ceil(outputs / PANEL_COLUMNS) * PANEL_COLUMNS, inputs)
    return {
      inputs,
      hiddenInputs,
      outputs,
      rectified: index > 0,
      weightShape: stripShape(inputs + 1, outputs),
      weights: 0,
      transposedShape,
      transposed: 0,
      input: takeRows(inputStride),
      inputStride,
      output: 0,
      outputStride: 0,
    }
  })
  layers.forEach((layer, index) => {
    const next = layers[index + 1]
    layer.outputStride = next?.inputStride ?? rowStride(writtenColumns(layer.weightShape))
    layer.output = next?.input ?? takeRows(layer.outputStride)
  })
  return layers
}

/** Bytes from one row of `columns` floats to the next: whole vectors, and off powers of two. */
function rowStride(columns: number): number {
  const bytes = roundUp(columns * 4, LINE)
  return bytes % 512 === 0 ? bytes + LINE : bytes
}
