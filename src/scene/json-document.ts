/** JSON text with positions: a value, and the line and column of any path in it. */
import { type MemberNode, parse, type ValueNode } from '@humanwhocodes/momoa'
import type { Problem } from '../common/user-error.ts'
import { messageOf } from '../common/user-error.ts'

export type JsonPath = readonly PropertyKey[]

/** 1-based. */
export interface Place {
  line: number
  column: number
}

export interface JsonDocument {
  value: unknown
  /** The place of the value at a path, or of the nearest ancestor that exists. `key` asks for the key's place instead of its value's. */
  locate(path: JsonPath, of?: 'value' | 'key'): Place
  /** The place of a character (0-based) of the string at a path, however the file spells what is before it. */
  locateCharacter(path: JsonPath, index: number): Place
}

/** Parses JSON; a syntax error or a repeated key comes back as a located problem. */
export function parseJson(text: string): { document?: JsonDocument; problems: Problem[] } {
  // A byte order mark is how some editors begin a file.
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (source.trim() === '') {
    return { problems: [{ path: '', line: 1, column: 1, message: 'The file is empty; a scene is a JSON object.' }] }
  }
  let root: ValueNode
  let value: unknown
  let problems: Problem[]
  try {
    root = parse(source, { mode: 'json' }).body
    value = JSON.parse(source)
    // Here, because it can overflow the stack too.
    problems = repeatedKeys(root)
  } catch (error) {
    return { problems: [syntaxProblem(error, source)] }
  }
  const document: JsonDocument = {
    value,
    locate: (path, of) => locate(root, path, of).place,
    locateCharacter: (path, index) => {
      const { node, place } = locate(root, path, 'value')
      return node.type === 'String' ? characterPlace(source, node.loc.start, index) : place
    },
  }
  return { document, problems }
}

/** `task.reward[0].formula` */
export function formatPath(path: JsonPath): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += text === '' ? String(part) : `.${String(part)}`
  }
  return text
}

function keyOf(member: MemberNode): string {
  return member.name.type === 'String' ? member.name.value : member.name.name
}

function locate(root: ValueNode, path: JsonPath, of: 'value' | 'key' = 'value'): { node: ValueNode; place: Place } {
  let node: ValueNode = root
  let { line, column } = root.loc.start
  for (const [depth, part] of path.entries()) {
    const isLast = depth === path.length - 1
    if (node.type === 'Object') {
      const member = node.members.find((candidate) => keyOf(candidate) === part)
      if (!member) break
      node = member.value
      ;({ line, column } = isLast && of === 'key' ? member.name.loc.start : node.loc.start)
    } else if (node.type === 'Array' && typeof part === 'number' && node.elements[part]) {
      node = node.elements[part].value
      ;({ line, column } = node.loc.start)
    } else break
  }
  return { node, place: { line, column } }
}

/** Where a string's character stands in the text: past the opening quote, and past escapes, which are longer than what they say. */
function characterPlace(source: string, start: Place & { offset: number }, index: number): Place {
  let offset = start.offset + 1
  for (let character = 0; character < index; character++) {
    if (source[offset] !== '\\') offset += 1
    else offset += source[offset + 1] === 'u' ? 6 : 2
  }
  return { line: start.line, column: start.column + offset - start.offset }
}

function syntaxProblem(error: unknown, source: string): Problem {
  if (error instanceof RangeError) {
    return { path: '', line: 1, column: 1, message: 'This is nested too deeply to be a scene.' }
  }
  const message = messageOf(error)
  const { line, column } = error as Partial<Place>
  // momoa knows no place for the end of the text, and JSON.parse says it in words.
  const place =
    !message.startsWith('Unexpected end') &&
    typeof line === 'number' &&
    typeof column === 'number' &&
    line >= 1 &&
    column >= 1
      ? { line, column }
      : placeOf(source, Number(/position (\d+)/.exec(message)?.[1] ?? source.length))
  const words = message.replace(/\s*\([^()]*:[^()]*\)$/, '').replace(/ in JSON at position \d+.*$/, '')
  return { path: '', ...place, message: `This is not valid JSON: ${words}` }
}

function placeOf(source: string, offset: number): Place {
  const lines = source.slice(0, offset).split('\n')
  return { line: lines.length, column: lines.at(-1)!.length + 1 }
}

function repeatedKeys(root: ValueNode): Problem[] {
  const problems: Problem[] = []
  const visit = (node: ValueNode, path: JsonPath): void => {
    if (node.type === 'Array') {
      node.elements.forEach((element, index) => {
        visit(element.value, [...path, index])
      })
    }
    if (node.type !== 'Object') return
    const seen = new Set<string>()
    for (const member of node.members) {
      const key = keyOf(member)
      if (seen.has(key)) {
        const { line, column } = member.name.loc.start
        const message = `The key ${JSON.stringify(key)} is given twice; keep one.`
        problems.push({ path: formatPath([...path, key]), line, column, message })
      }
      seen.add(key)
      visit(member.value, [...path, key])
    }
  }
  visit(root, [])
  return problems
}
