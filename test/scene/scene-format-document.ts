// docs/scene-format.md: its text from scene-format.template.md, its tables from the schema, the sensors and the functions.
import { readFileSync } from 'node:fs'
import { FUNCTIONS } from '../../src/scene/formula-functions.ts'
import * as limits from '../../src/scene/limits.ts'
import { sceneJsonSchema } from '../../src/scene/schema.ts'
import { SENSOR_MEANINGS } from '../../src/scene/sensors.ts'

/** The part of a JSON Schema that is read here. */
interface JsonSchema {
  type?: string
  description?: string
  const?: unknown
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  prefixItems?: JsonSchema[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minItems?: number
  maxItems?: number
}

/** The whole page. */
export function sceneFormatDocument(): string {
  const template = readFileSync(new URL('scene-format.template.md', import.meta.url), 'utf8')
  const root = sceneJsonSchema() as JsonSchema
  const at = (...path: string[]): JsonSchema => {
    return path.reduce((schema, key) => (key === '[]' ? schema.items! : schema.properties![key]!), root)
  }
  const fixed = variantsOf(at('bodies', '[]')).find(({ properties }) => properties!.kind!.const === 'fixed')!
  const tables: Record<string, () => string> = {
    scene: () => table(root),
    world: () => table(at('world')),
    bodies: () => variants(at('bodies', '[]'), 'kind'),
    shapes: () => variants(fixed.properties!.shapes!.items!, 'type'),
    joints: () => variants(at('joints', '[]'), 'type'),
    actuators: () => variants(at('actuators', '[]'), 'type'),
    markers: () => table(at('markers', '[]')),
    sensors: () => variants(at('sensors', '[]'), 'type'),
    task: () => table(at('task')),
    observation: () => table(at('task', 'observation', '[]')),
    'sensor names': sensorTable,
    functions: functionTable,
    limits: limitTable,
  }
  return template.replace(/^\{\{(.+)\}\}$/gm, (_, name: string) => {
    const make = tables[name]
    if (!make) throw new Error(`scene-format.template.md asks for an unknown table: ${name}`)
    return make()
  })
}

function variantsOf({ anyOf, oneOf }: JsonSchema): JsonSchema[] {
  return oneOf ?? anyOf ?? []
}

function variants(schema: JsonSchema, key: string): string {
  return variantsOf(schema)
    .map((variant) => {
      const { [key]: discriminator, ...properties } = variant.properties!
      return `\`"${key}": "${discriminator!.const}"\`\n\n${table({ ...variant, properties })}`
    })
    .join('\n\n')
}

function table({ properties = {}, required = [] }: JsonSchema): string {
  const rows = Object.entries(properties).map(([key, schema]) => {
    const name = required.includes(key) ? `\`${key}\`` : `\`${key}\`?`
    return `| ${name} | ${typeOf(schema)} | ${cell(schema.description ?? '')} |`
  })
  return ['| key | value | meaning |', '|---|---|---|', ...rows].join('\n')
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.prefixItems) return 'two numbers'
  if (schema.oneOf || schema.anyOf) return 'one of the kinds below'
  switch (schema.type) {
    case 'array':
      return `list${range('of', schema.minItems, schema.maxItems)}`
    case 'integer':
      return `whole number${range('from', schema.minimum, schema.maximum)}`
    case 'number':
      if (schema.exclusiveMinimum !== undefined) return `number above ${schema.exclusiveMinimum}`
      if (schema.minimum === -limits.MAX_NUMBER) return 'number'
      return `number${range('from', schema.minimum, schema.maximum === limits.MAX_NUMBER ? undefined : schema.maximum)}`
    case 'string':
      return 'text'
    case 'boolean':
      return '`true` or `false`'
    default:
      return schema.type ?? ''
  }
}

function range(word: string, low: number | undefined, high: number | undefined): string {
  if (low !== undefined && high !== undefined) return ` ${word} ${low} to ${high}`
  if (low !== undefined) return ` ${word === 'from' ? '' : `${word} `}${low} or more`
  return high === undefined ? '' : ` ${word === 'from' ? '' : `${word} `}at most ${high}`
}

function sensorTable(): string {
  const rows = SENSOR_MEANINGS.map(({ name, unit, meaning }) => `| \`${name}\` | ${unit} | ${cell(meaning)} |`)
  return ['| name | unit | value |', '|---|---|---|', ...rows].join('\n')
}

function functionTable(): string {
  const rows = Object.entries(FUNCTIONS).map(([name, { parameters, meaning }]) => {
    return `| \`${name}(${parameters.join(', ')})\` | ${cell(meaning)} |`
  })
  return ['| function | value |', '|---|---|', ...rows].join('\n')
}

function limitTable(): string {
  const { LIMIT } = limits
  const rows: [string, number | string][] = [
    ['characters of a file', limits.MAX_SCENE_LENGTH],
    ['characters of a formula', limits.MAX_FORMULA_LENGTH],
    ['nesting in a formula', limits.MAX_FORMULA_NESTING],
    ['bodies, joints', `${LIMIT.bodies} each`],
    ['shapes of a body', LIMIT.shapes],
    ['actuators', LIMIT.actuators],
    ['markers, sensors, constants', `${LIMIT.markers} each`],
    ['observations, reward terms, conditions, resets', `${LIMIT.formulas} each`],
    ['points of a polygon, of a polyline', `${LIMIT.polygonPoints}, ${LIMIT.polylinePoints}`],
    ['any number, in SI units', limits.MAX_NUMBER],
    ['smallest length of a shape', `${limits.MIN_LENGTH} m`],
    ['physics steps in a control step', limits.MAX_PHYSICS_STEPS],
    ['solver iterations in a control step', limits.MAX_ITERATIONS],
  ]
  return ['| what | limit |', '|---|---|', ...rows.map(([what, limit]) => `| ${what} | ${limit} |`)].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/</g, '&lt;')
}
