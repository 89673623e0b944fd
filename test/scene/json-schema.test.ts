/** The JSON Schema that editors use, and the reference that people read, are what TorqueLab checks with. */
import { expect, test } from 'vitest'
import { validateScene } from '../../src/scene/load.ts'
import { sceneJsonSchema } from '../../src/scene/schema.ts'
import { SENSOR_MEANINGS, sensorsOf } from '../../src/scene/sensors.ts'
import { everything } from './everything.ts'
import { sceneFormatDocument } from './scene-format-document.ts'

test('assets/scene.schema.json is generated from the schema (npm test -- test/scene -u rewrites it)', async () => {
  const text = `${JSON.stringify(sceneJsonSchema(), null, 2)}\n`
  await expect(text).toMatchFileSnapshot('../../assets/scene.schema.json')
})

test('docs/scene-format.md is generated from the schema (npm test -- test/scene -u rewrites it)', async () => {
  await expect(sceneFormatDocument()).toMatchFileSnapshot('../../docs/scene-format.md')
})

test('the reference names every sensor that a scene can have, with its unit, and no others', () => {
  const scene = everything()
  expect(validateScene(JSON.stringify(scene)).problems).toEqual([])
  const kinds = new Map<string, string>([
    ...scene.joints.map(({ name, type }): [string, string] => [name, type]),
    ...scene.bodies.map(({ name }): [string, string] => [name, 'body']),
    ...scene.markers!.map(({ name }): [string, string] => [name, 'marker']),
    ...scene.sensors!.map(({ name, type }): [string, string] => [name, type]),
    ...scene.actuators.map(({ name }): [string, string] => [name, 'actuator']),
  ])
  const generic = sensorsOf(scene).map(({ name, unit }) => {
    const words = name.split('.').map((word) => (kinds.has(word) ? `<${kinds.get(word)}>` : word))
    const written = words.join('.').replace(/<.*>\.load/, '<joint>.load')
    return `${written} ${unit}`
  })
  expect([...new Set(generic)].sort()).toEqual(SENSOR_MEANINGS.map(({ name, unit }) => `${name} ${unit}`).sort())
})
