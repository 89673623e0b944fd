/**
 * A sum tree (Schaul et al. 2016, appendix B.2.1): leaves hold priorities, every other node the sum of its two children,
 * so that a leaf is drawn in proportion to its priority, and changed, in log2(capacity) steps.
 * Nodes are float32 and sums are rounded at each, which makes the tree the same bits in every engine.
 */
export class SumTree {
  /** Node 1 is the root, the children of node n are 2n and 2n + 1, the leaves are the last half. */
  private readonly nodes: Float32Array
  private readonly leaves: number

  /** Room for `capacity` leaves, rounded up to a power of two; all start at 0. */
  constructor(capacity: number) {
    this.leaves = 2 ** Math.ceil(Math.log2(capacity))
    this.nodes = new Float32Array(2 * this.leaves)
  }

  /** Sum of all leaves. */
  get total(): number {
    return this.nodes[1]!
  }

  get(leaf: number): number {
    return this.nodes[this.leaves + leaf]!
  }

  set(leaf: number, value: number): void {
    const { nodes } = this
    let node = this.leaves + leaf
    nodes[node] = value
    for (node >>= 1; node >= 1; node >>= 1) nodes[node] = nodes[2 * node]! + nodes[2 * node + 1]!
  }

  /** A copy of the first `count` leaves. */
  firstLeaves(count: number): Float32Array {
    return this.nodes.slice(this.leaves, this.leaves + count)
  }

  /** Sets the first leaves to `values` and all others to 0; every node is summed anew, so that nothing else is left of before. */
  setLeaves(values: Float32Array): void {
    const { nodes, leaves } = this
    nodes.fill(0)
    nodes.set(values, leaves)
    for (let node = leaves - 1; node >= 1; node--) nodes[node] = nodes[2 * node]! + nodes[2 * node + 1]!
  }

  /**
   * The leaf whose share of [0, total) holds `value`: the leaves before it sum to at most `value`.
   * Rounding can lead beyond the last leaf that was set, so the caller bounds the result.
   */
  find(value: number): number {
    const { nodes, leaves } = this
    let node = 1
    let rest = value
    while (node < leaves) {
      node *= 2
      const left = nodes[node]!
      if (rest >= left) {
        rest -= left
        node++
      }
    }
    return node - leaves
  }
}
