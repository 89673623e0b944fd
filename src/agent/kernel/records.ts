/**
 * The kernel's records as the engine writes them: the fields of assembly/layout.ts, in the same order. The kernel tells
 * the sizes that it was compiled with, and loading compares them.
 */

type FieldType = 'i32' | 'f32' | 'f64'

/** Fields by name, in order; addresses and unsigned numbers are 'i32' too. */
export class RecordLayout<Name extends string> {
  readonly bytes: number
  private readonly offsets = new Map<Name, { offset: number; type: FieldType }>()

  constructor(fields: Record<Name, FieldType>) {
    let end = 0
    let alignment = 4
    for (const [name, type] of Object.entries(fields) as [Name, FieldType][]) {
      const size = type === 'f64' ? 8 : 4
      alignment = Math.max(alignment, size)
      const offset = roundUp(end, size)
      this.offsets.set(name, { offset, type })
      end = offset + size
    }
    // AssemblyScript's offsetof is where the fields end, without padding to the alignment.
    this.bytes = end
  }

  get(view: DataView, address: number, name: Name): number {
    const { offset, type } = this.offsets.get(name)!
    if (type === 'f64') return view.getFloat64(address + offset, true)
    if (type === 'f32') return view.getFloat32(address + offset, true)
    return view.getUint32(address + offset, true)
  }

  set(view: DataView, address: number, values: Partial<Record<Name, number>>): void {
    for (const [name, value] of Object.entries(values) as [Name, number][]) {
      const { offset, type } = this.offsets.get(name)!
      if (type === 'f64') view.setFloat64(address + offset, value, true)
      else if (type === 'f32') view.setFloat32(address + offset, value, true)
      else view.setUint32(address + offset, value >>> 0, true)
    }
  }

  /** Address of one field, for atomic access. */
  addressOf(address: number, name: Name): number {
    return address + this.offsets.get(name)!.offset
  }
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}

export const layerRecord = new RecordLayout({
  inputs: 'i32',
  hiddenInputs: 'i32',
  outputs: 'i32',
  rectified: 'i32',
  weights: 'i32',
  stripBytes: 'i32',
  panels: 'i32',
  fullPanels: 'i32',
  transposed: 'i32',
  transposedStripBytes: 'i32',
  transposedPanels: 'i32',
  transposedFullPanels: 'i32',
  input: 'i32',
  inputStride: 'i32',
  output: 'i32',
  outputStride: 'i32',
})

export const networkRecord = new RecordLayout({
  beta1Power: 'f64',
  beta2Power: 'f64',
  learningRate: 'f32',
  decay: 'f32',
  layerCount: 'i32',
  layers: 'i32',
  gradients: 'i32',
  targetWeights: 'i32',
  actionLayer: 'i32',
  squares: 'i32',
  blocks: 'i32',
  liveRows: 'i32',
})

export const learnerRecord = new RecordLayout({
  criticLoss: 'f64',
  meanQ: 'f64',
  policyLoss: 'f64',
  saturation: 'f64',
  importanceExponent: 'f64',
  importanceIncrement: 'f64',
  priorityExponent: 'f64',
  targetNoise: 'f64',
  targetNoiseClip: 'f64',
  observation: 'i32',
  action: 'i32',
  batch: 'i32',
  criticCount: 'i32',
  actor: 'i32',
  critics: 'i32',
  parameterBytes: 'i32',
  softUpdateRate: 'f32',
  gradientClip: 'f32',
  preactivationPenalty: 'f32',
  indices: 'i32',
  importance: 'i32',
  noise: 'i32',
  rewards: 'i32',
  discounts: 'i32',
  targets: 'i32',
  errors: 'i32',
  values: 'i32',
  observations: 'i32',
  nextObservations: 'i32',
  observationStride: 'i32',
  actions: 'i32',
  policyActions: 'i32',
  nextActions: 'i32',
  actionStride: 'i32',
  observationMean: 'i32',
  observationScale: 'i32',
  records: 'i32',
  recordBytes: 'i32',
  capacity: 'i32',
  stored: 'i32',
  next: 'i32',
  prioritised: 'i32',
  tree: 'i32',
  treeLeaves: 'i32',
  largestPriority: 'f32',
  replayRandom: 'i32',
  noiseRandom: 'i32',
  threads: 'i32',
  taskRows: 'i32',
  forwardRows: 'i32',
  scratch: 'i32',
  scratchBytes: 'i32',
  listBytes: 'i32',
  blockOffset: 'i32',
  columnsOffset: 'i32',
  counter: 'i32',
  phase: 'i32',
  generation: 'i32',
  arrived: 'i32',
  present: 'i32',
  lost: 'i32',
  updatesPolicy: 'i32',
})
