/** Zstandard, one of the two compressions that MCAP names, for the chunks of rollout files. */
import zstd from '@foxglove/wasm-zstd'

/** The lowest that finds short repetitions: those below write files a twentieth larger, and the next that writes smaller ones takes six times as long. */
const LEVEL = 8
/** That next one, for the first chunks: most episodes end in them, and what is written once a file weighs most on short ones. */
const FIRST_LEVEL = 16
/** An episode of 1,000 steps of the hopper has as many. */
const FIRST_CHUNKS = 8

export type ChunkCompressor = Awaited<ReturnType<typeof chunkCompressor>>

/** What McapWriter asks for, for one file. Loads the codec at its first use. */
export async function chunkCompressor() {
  await zstd.isLoaded
  let chunks = 0
  return (data: Uint8Array) => {
    const level = chunks++ < FIRST_CHUNKS ? FIRST_LEVEL : LEVEL
    return { compression: 'zstd', compressedData: zstd.compress(data, level) }
  }
}

/** What the readers of MCAP ask for. Loads the codec at its first use. */
export async function zstdCodec() {
  await zstd.isLoaded
  return {
    decompressHandlers: {
      zstd: (data: Uint8Array, size: bigint): Uint8Array => zstd.decompress(data, Number(size)),
    },
  }
}
