/**
 * What lies where in the kernel's memory: records of addresses and sizes that the engine writes once (memory-map.ts),
 * and the constants of the matrix layout. docs/learner.md has the whole map.
 */

/** Columns of a panel; a panel's row fills one line of the cache. */
export const PANEL_COLUMNS: i32 = 16

/** Bytes of a panel's row. */
export const PANEL_ROW: usize = 64

/** Panels of a strip, at most: they are multiplied at once. A matrix is stored strip by strip. */
export const STRIP_PANELS: i32 = 3

/** Bytes from one row of a strip to the next, however many panels it has: one kind of list serves all strips. */
export const STRIP_ROW: usize = 192

/** Inputs of a layer whose weights one task updates: a multiple of a panel's columns. */
export const BLOCK_INPUTS: i32 = 32

/**
 * One layer, output = input · weights, and its share of every buffer.
 *
 * | matrix | rows | columns | stored |
 * |---|---|---|---|
 * | weights | inputs, then the bias | outputs | strips |
 * | transposed weights | outputs | inputs | strips |
 * | input | batch | hidden inputs, action inputs, the constant 1 of the bias | rows |
 * | output | batch | outputs | rows |
 *
 * Gradients of inputs and outputs lie `Network.gradients` behind these.
 */
@unmanaged
export class Layer {
  /** Without the constant 1 of the bias. */
  inputs: i32
  /** Of the inputs, those from the layer before or the observation; the rest is the action. */
  hiddenInputs: i32
  outputs: i32
  /** Whether the hidden inputs are outputs of a layer, to be rectified. */
  rectified: i32
  /** Address of the live weights; the other copies are whole parameter blocks further on. */
  weights: usize
  stripBytes: usize
  panels: i32
  /** Panels of 4 vectors: all, or all but the last, which then has 2. */
  fullPanels: i32
  /** 0 where no gradient of the inputs is ever wanted. */
  transposed: usize
  transposedStripBytes: usize
  transposedPanels: i32
  transposedFullPanels: i32
  input: usize
  inputStride: usize
  output: usize
  outputStride: usize
}

/** One network with its optimiser. */
@unmanaged
export class Network {
  /** β1^t and β2^t of Adam after t updates. */
  beta1Power: f64
  beta2Power: f64
  learningRate: f32
  /** L2 weight decay, biases apart. */
  decay: f32
  layerCount: i32
  /** Address of the first Layer; they lie one after another. */
  layers: usize
  /**
   * From the activations to their gradients, in bytes. Before there are gradients, the activations of the target network have
   * that place.
   */
  gradients: usize
  /** From the live weights to the target network's, in bytes. */
  targetWeights: usize
  /** Layer that takes the action; -1 for the actor. */
  actionLayer: i32
  /** Sums of squared gradients, one f64 for each block of weights, in the order of tasks. */
  squares: usize
  /** Blocks of weights: tasks of its update. */
  blocks: i32
  /**
   * Of each row of the batch, all bits set where its output has a gradient, else none (i32). An action in tanh's flat ends has
   * none: such a row adds nothing to any gradient of weights.
   */
  liveRows: usize
}

/** Everything about one learner. Matrices with B rows have `batch` of them, zero rows up to a multiple of 4 below. */
@unmanaged
export class Learner {
  // Results of an update.
  criticLoss: f64
  meanQ: f64
  policyLoss: f64
  saturation: f64
  // Prioritised replay.
  importanceExponent: f64
  importanceIncrement: f64
  priorityExponent: f64
  targetNoise: f64
  targetNoiseClip: f64

  observation: i32
  action: i32
  batch: i32
  criticCount: i32
  actor: usize
  /** Address of the first critic's Network; they lie one after another. */
  critics: usize
  /** Bytes of one copy of all parameters. Copies: weights, first moments, second moments, targets, gradients. */
  parameterBytes: usize
  softUpdateRate: f32
  /** Largest norm of a network's gradient; 0 is off. */
  gradientClip: f32
  preactivationPenalty: f32

  // The batch.
  indices: usize
  importance: usize
  noise: usize
  rewards: usize
  discounts: usize
  targets: usize
  /** Q - y of each critic: [critics, B]. */
  errors: usize
  values: usize
  /** Rows of observations, actions, next observations and policy actions, with their strides in bytes. */
  observations: usize
  nextObservations: usize
  observationStride: usize
  actions: usize
  policyActions: usize
  /** The target policy's, in the next observations. */
  nextActions: usize
  actionStride: usize
  observationMean: usize
  observationScale: usize

  // The replay buffer.
  records: usize
  recordBytes: usize
  capacity: u32
  stored: u32
  next: u32
  prioritised: i32
  /** Sum tree: node 1 is the root, the leaves begin at `treeLeaves`. */
  tree: usize
  treeLeaves: u32
  largestPriority: f32
  replayRandom: usize
  noiseRandom: usize

  // Threads.
  threads: i32
  /** Rows of the batch that one task takes: of a phase by rows, and of FORWARD_PASSES where the policy is updated too. */
  taskRows: i32
  forwardRows: i32
  scratch: usize
  scratchBytes: usize
  /** Bytes of one list of non-zero entries in the scratch memory. */
  listBytes: usize
  /** Where in a thread's scratch memory the block of gradients lies. */
  blockOffset: usize
  /** Where the transposed columns lie. */
  columnsOffset: usize
  /** Address of the number of the phase's next task, on a line of its own. */
  counter: usize
  phase: i32
  /** Phases begun so far: helping threads wait for it to move. */
  generation: i32
  /** Helping threads that have finished the phase. */
  arrived: i32
  /** Helping threads that are alive. */
  present: i32
  /** Helping threads that an error has ended. */
  lost: i32
  updatesPolicy: i32
}

@inline
export function layerOf(network: Network, index: i32): Layer {
  return changetype<Layer>(network.layers + <usize>index * offsetof<Layer>())
}

@inline
export function criticOf(learner: Learner, index: i32): Network {
  return changetype<Network>(learner.critics + <usize>index * offsetof<Network>())
}

/**
 * Strips of a matrix: of 3 panels each, but 4 that are left become two of 2, which keep more sums going than 3 and 1; a last
 * panel of 2 vectors is a strip of its own.
 */
@inline
export function stripsOf(panels: i32, fullPanels: i32): i32 {
  return (fullPanels + STRIP_PANELS - 1) / STRIP_PANELS + panels - fullPanels
}

/** The first panel of a strip, and with the number of strips the number of panels. */
export function stripStart(strip: i32, panels: i32, fullPanels: i32): i32 {
  const fullStrips = stripsOf(fullPanels, fullPanels)
  if (strip == fullStrips) return fullPanels
  if (strip > fullStrips) return panels
  const isHalved = fullPanels > STRIP_PANELS && fullPanels % STRIP_PANELS == 1
  return isHalved && strip == fullStrips - 1 ? fullPanels - 2 : strip * STRIP_PANELS
}

/** The strip that a panel lies in. */
export function stripWith(panel: i32, fullPanels: i32): i32 {
  const fullStrips = stripsOf(fullPanels, fullPanels)
  if (panel == fullPanels) return fullStrips
  const isHalved = fullPanels > STRIP_PANELS && fullPanels % STRIP_PANELS == 1
  return isHalved && panel >= fullPanels - 2 ? fullStrips - 1 : panel / STRIP_PANELS
}

/** Where a panel begins, in bytes from the start of its matrix. */
export function panelOffset(panel: i32, panels: i32, fullPanels: i32, stripBytes: usize): usize {
  const strip = stripWith(panel, fullPanels)
  return <usize>strip * stripBytes + <usize>(panel - stripStart(strip, panels, fullPanels)) * PANEL_ROW
}

/** Vectors of 4 columns in the panels [panel, end) of one strip. */
@inline
export function vectorsIn(panel: i32, end: i32, fullPanels: i32): i32 {
  return panel == fullPanels ? 2 : (end - panel) * (PANEL_COLUMNS / 4)
}

/** For the engine to check that it writes records and matrices as they are read here. */
export function blockInputs(): i32 {
  return BLOCK_INPUTS
}
export function panelColumns(): i32 {
  return PANEL_COLUMNS
}
export function stripRow(): usize {
  return STRIP_ROW
}
export function layerBytes(): usize {
  return offsetof<Layer>()
}
export function networkBytes(): usize {
  return offsetof<Network>()
}
export function learnerBytes(): usize {
  return offsetof<Learner>()
}
