/** Names of items: free ones for what is new, and renaming with everything that refers to an item, formulas included. */
import { UserError } from '../common/user-error.ts'
import { CONSTANT_NAMES, FUNCTION_NAMES } from '../scene/formula.ts'
import { type Expression, parseFormula } from '../scene/formula-syntax.ts'
import { LIMIT } from '../scene/limits.ts'
import { RESERVED_NAMES } from '../scene/sensors.ts'
import { type Item, type ItemList, isObject, rawEntries, type SceneDraft, withList } from './draft.ts'

/** The lists whose names formulas use by themselves: one name, one thing. Names of actuators follow the word `action`. */
const SHARED: readonly ItemList[] = ['bodies', 'joints', 'markers', 'sensors']
const WORDS: readonly string[] = [...RESERVED_NAMES, ...FUNCTION_NAMES, ...CONSTANT_NAMES, 'and', 'or', 'not']

/** Names that a new entry of a list cannot have. */
export function takenNames(draft: SceneDraft, list: ItemList): Set<string> {
  const lists = list === 'actuators' ? (['actuators'] as const) : SHARED
  const names = lists.flatMap((each) => rawEntries(draft, each).map(({ entry }) => String(entry.name)))
  return new Set([...names, ...(list === 'actuators' ? [] : [...WORDS, ...constantsOf(draft)])])
}

/** The first free one of `base`, `base_2`, `base_3`…; a number at the end of `base` is counted on. */
export function freeName(taken: ReadonlySet<string>, base: string): string {
  if (!taken.has(base)) return base
  const stem = base.replace(/_?\d+$/, '').slice(0, LIMIT.name - 6) || base
  for (let count = 2; ; count++) {
    const name = `${stem}_${count}`
    if (!taken.has(name)) return name
  }
}

/**
 * The draft with an item called otherwise, and with every reference to it: of joints, actuators, markers and sensors, of
 * resets, and in every formula that can be parsed. Throws a UserError where the name cannot be used.
 */
export function renameItem(draft: SceneDraft, item: Item, name: string): SceneDraft {
  const { list, name: old } = item
  if (name === old) return draft
  checkName(draft, list, name)
  const own = { ...draft, [list]: renameFirst(draft, item, name) }
  return renameInTask(
    REFERENCES[list].reduce((next, change) => change(next, old, name), own as SceneDraft),
    item,
    name,
  )
}

/** The draft with a constant of the task called otherwise, in the formulas too. Throws a UserError where the name cannot be used. */
export function renameConstant(draft: SceneDraft, old: string, name: string): SceneDraft {
  const { task } = draft
  if (name === old || !isObject(task) || !isObject(task.constants)) return draft
  checkName(draft, 'bodies', name)
  // Its place among them is kept.
  const constants = Object.entries(task.constants).map(([key, value]) => [key === old ? name : key, value] as const)
  const renamed = { ...draft, task: { ...task, constants: Object.fromEntries(constants) } }
  // Formulas name a constant as they name a marker: by itself.
  return renameInTask(renamed, { list: 'markers', name: old }, name)
}

function checkName(draft: SceneDraft, list: ItemList, name: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name.length > LIMIT.name)
    throw new UserError(
      `"${name}" cannot be a name: use letters, digits and _, a letter first, ${LIMIT.name} at most; formulas use it.`,
    )
  if (takenNames(draft, list).has(name)) throw new UserError(`The name "${name}" is already taken; choose another.`)
}

function renameFirst(draft: SceneDraft, { list, name: old }: Item, name: string): unknown[] {
  const entries = [...(draft[list] as unknown[])]
  const found = rawEntries(draft, list).find(({ entry }) => entry.name === old)
  if (found) entries[found.index] = { ...found.entry, name }
  return entries
}

type Change = (draft: SceneDraft, old: string, name: string) => SceneDraft

/** Renames what the keys of a list's entries refer to. */
const references =
  (list: ItemList, keys: readonly string[]): Change =>
  (draft, old, name) => {
    if (!rawEntries(draft, list).some(({ entry }) => keys.some((key) => entry[key] === old))) return draft
    const entries = (draft[list] as readonly unknown[]).map((entry) => {
      if (!isObject(entry)) return entry
      const renamed = keys.filter((key) => entry[key] === old).map((key) => [key, name])
      return renamed.length > 0 ? { ...entry, ...Object.fromEntries(renamed) } : entry
    })
    return withList(draft, list, entries)
  }

const REFERENCES: Record<ItemList, readonly Change[]> = {
  bodies: [
    references('joints', ['parent', 'child']),
    references('actuators', ['body']),
    references('markers', ['body']),
    references('sensors', ['body', 'with']),
  ],
  joints: [references('actuators', ['joint'])],
  actuators: [],
  markers: [],
  sensors: [],
}

/** Renames in the formulas and reset coordinates of the task. */
function renameInTask(draft: SceneDraft, item: Item, name: string): SceneDraft {
  const { task } = draft
  if (!isObject(task)) return draft
  const next: Record<string, unknown> = { ...task }
  for (const list of ['observation', 'reward', 'terminate', 'reset']) {
    const entries = task[list]
    if (!Array.isArray(entries)) continue
    next[list] = entries.map((entry: unknown) => {
      if (!isObject(entry)) return entry
      const { formula, coordinate } = entry
      return {
        ...entry,
        ...(typeof coordinate === 'string' && { coordinate: renameInCoordinate(coordinate, item, name) }),
        ...(typeof formula === 'string' && { formula: renameInFormula(formula, item, name) }),
      }
    })
  }
  return { ...draft, task: next }
}

function renameInCoordinate(coordinate: string, { list, name: old }: Item, name: string): string {
  if ((list !== 'bodies' && list !== 'joints') || !coordinate.startsWith(`${old}.`)) return coordinate
  return `${name}${coordinate.slice(old.length)}`
}

/** The formula with an item called otherwise; as it is where it cannot be parsed. */
export function renameInFormula(formula: string, item: Item, name: string): string {
  const places = mentionsOf(formula, item)
  // From the end, so that the places before stay where they are.
  return places.reduceRight(
    (text, place) => `${text.slice(0, place)}${name}${text.slice(place + item.name.length)}`,
    formula,
  )
}

/** Where a formula names an item: the characters at which its name begins, ascending. None where it cannot be parsed. */
export function mentionsOf(formula: string, { list, name }: Item): number[] {
  let tree: Expression
  try {
    tree = parseFormula(formula)
  } catch {
    return []
  }
  const places: number[] = []
  for (const { name: dotted, index } of namesIn(tree)) {
    const [first, second] = dotted.split('.')
    if (list !== 'actuators' && first === name) places.push(index)
    const prefixes = { joints: ['torque', 'force'], actuators: ['action'] }[list as string] ?? []
    if (second === name && prefixes.includes(first!)) {
      places.push(index + /^\w+\s*\.\s*/.exec(formula.slice(index))![0].length)
    }
  }
  return places.sort((a, b) => a - b)
}

function namesIn(node: Expression): { name: string; index: number }[] {
  switch (node.kind) {
    case 'number':
      return []
    case 'name':
      return [{ name: node.name, index: node.index }]
    case 'call':
      return node.args.flatMap(namesIn)
    case 'unary':
      return namesIn(node.argument)
    case 'binary':
      return [...namesIn(node.left), ...namesIn(node.right)]
    case 'choice':
      return [...namesIn(node.condition), ...namesIn(node.whenTrue), ...namesIn(node.whenFalse)]
  }
}

function constantsOf({ task }: SceneDraft): string[] {
  return isObject(task) && isObject(task.constants) ? Object.keys(task.constants) : []
}
