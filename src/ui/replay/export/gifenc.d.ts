/** What we use of gifenc, which has no types of its own. */
declare module 'gifenc' {
  export type Palette = number[][]
  /** At most `colors` colours of RGBA bytes. */
  export function quantize(rgba: Uint8Array | Uint8ClampedArray, colors: number): Palette
  /** An index into the palette for each pixel. */
  export function applyPalette(rgba: Uint8Array | Uint8ClampedArray, palette: Palette): Uint8Array
  export interface Encoder {
    /** `delay` in ms, rounded to hundredths of a second; `repeat` 0: for ever. */
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: { palette: Palette; delay: number; repeat?: number },
    ): void
    finish(): void
    bytes(): Uint8Array<ArrayBuffer>
  }
  export function GIFEncoder(): Encoder
}
