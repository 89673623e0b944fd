/**
 * TFRecord, the framing of TensorBoard's event files: the length of the data (uint64), a masked CRC-32C of these 8 bytes, the data,
 * a masked CRC-32C of the data; all little-endian (tensorflow/core/lib/io/record_writer.h).
 */

const HEADER = 12
const FOOTER = 4
/** Added to rotated checksums, so that data which holds checksums does not check itself. */
const MASK_DELTA = 0xa282ead8

export function writeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER + data.length + FOOTER)
  const view = new DataView(record.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true)
  record.set(data, HEADER)
  view.setUint32(HEADER + data.length, maskedCrc(data), true)
  return record
}

/** The data of all records; throws an Error that names the first place (byte) that is damaged. */
export function readRecords(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const damaged = (what: string) => new Error(`The record at byte ${at} is damaged: ${what}.`)
    if (at + HEADER > bytes.length) throw damaged('its header is cut off')
    if (view.getUint32(at + 8, true) !== maskedCrc(bytes.subarray(at, at + 8)))
      throw damaged('its length has another checksum')
    const length = Number(view.getBigUint64(at, true))
    const end = at + HEADER + length
    if (end + FOOTER > bytes.length) throw damaged('its data are cut off')
    const data = bytes.subarray(at + HEADER, end)
    if (view.getUint32(end, true) !== maskedCrc(data)) throw damaged('its data have another checksum')
    records.push(data)
    at = end + FOOTER
  }
  return records
}

/** CRC-32C (Castagnoli; RFC 3720, appendix B.4). Node's zlib has the other polynomial only. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1
  return crc
})
