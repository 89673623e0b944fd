/** The checksum of files is the same by the table as by zlib. */
import { crc32 as oracle } from 'node:zlib'
import { expect, it } from 'vitest'
import { crc32, crc32ByTable } from '../../src/common/crc32.ts'
import { fc } from '../properties.ts'

it('is that of the standard’s check value', () => {
  expect(crc32ByTable(Buffer.from('123456789'))).toBe(0xcbf43926)
  expect(crc32ByTable(new Uint8Array())).toBe(0)
})

it('is what zlib says of any bytes, in one piece or in two', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (head, tail) => {
      const whole = oracle(Buffer.concat([head, tail]))
      expect(crc32ByTable(tail, crc32ByTable(head))).toBe(whole)
      expect(crc32(tail, crc32(head))).toBe(whole)
    }),
  )
})
