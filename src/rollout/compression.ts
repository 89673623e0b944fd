/** Zstandard, one of the two compressions that MCAP names, for the chunks of rollout files. */
import zstd from '@foxglove/wasm-zstd'

/** What McapWriter and the readers of MCAP ask for. Loads the codec at its first use. */
export async function zstdCodec() {
  await zstd.isLoaded
  return {
    compressChunk: (data: Uint8Array) => ({ compression: 'zstd', compressedData: zstd.compress(data, LEVEL) }),
    decompressHandlers: {
      zstd: (data: Uint8Array, size: bigint): Uint8Array => zstd.decompress(data, Number(size)),
    },
  }
}

/** The lowest that finds short repetitions: those below write files a twentieth larger, and the next that writes smaller ones takes eight times as long. */
const LEVEL = 8
