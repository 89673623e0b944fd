/** A growing column of numbers: appending is cheap, and the values are one Float64Array without copying.
 * Curves of a run in training grow in such columns. */

const FIRST_CAPACITY = 64

export class Column {
  private buffer: Float64Array
  private used = 0

  constructor(values: ArrayLike<number> = []) {
    this.buffer = new Float64Array(Math.max(FIRST_CAPACITY, values.length))
    this.buffer.set(values)
    this.used = values.length
  }

  get length(): number {
    return this.used
  }

  /** The values now in the column; a later push may or may not be visible in it. */
  get values(): Float64Array {
    return this.buffer.subarray(0, this.used)
  }

  /** NaN in an empty column. */
  get last(): number {
    return this.used === 0 ? Number.NaN : this.buffer[this.used - 1]!
  }

  push(value: number): void {
    if (this.used === this.buffer.length) {
      const larger = new Float64Array(this.buffer.length * 2)
      larger.set(this.buffer)
      this.buffer = larger
    }
    this.buffer[this.used++] = value
  }
}
