/** The JSON Schema that editors use is the one that TorqueLab checks with. */
import { expect, test } from 'vitest'
import { sceneJsonSchema } from '../../src/scene/schema.ts'

test('assets/scene.schema.json is generated from the schema (npm test -- test/scene -u rewrites it)', async () => {
  const text = `${JSON.stringify(sceneJsonSchema(), null, 2)}\n`
  await expect(text).toMatchFileSnapshot('../../assets/scene.schema.json')
})
