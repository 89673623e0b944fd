/** CRC-32 (ISO 3309, as in zip and PNG): by zlib where it has it (Node from 20.15 on), otherwise by a table: Electron's Node may be older. */
import * as zlib from 'node:zlib'

/** Of `bytes` behind those of which `value` is the checksum. */
export function crc32(bytes: Uint8Array, value = 0): number {
  return native ? native(bytes, value) : crc32ByTable(bytes, value)
}

const native = (zlib as { crc32?: (bytes: Uint8Array, value: number) => number }).crc32

const POLYNOMIAL = 0xedb88320
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let entry = byte
  for (let bit = 0; bit < 8; bit++) entry = entry & 1 ? (entry >>> 1) ^ POLYNOMIAL : entry >>> 1
  return entry
})

export function crc32ByTable(bytes: Uint8Array, value = 0): number {
  let rest = ~value
  for (let index = 0; index < bytes.length; index++) rest = table[(rest ^ bytes[index]!) & 0xff]! ^ (rest >>> 8)
  return ~rest >>> 0
}
