/** JSON text with positions: a value, and the line and column of any path in it. */
import { type MemberNode, parse, type ValueNode } from '@humanwhocodes/momoa'
import type { Problem } from '../common/user-error.ts'
import { messageOf } from '../common/user-error.ts'

export type JsonPath = readonly PropertyKey[]

export interface JsonDocument {
  value: unknown
  /** The place of the value at a path, or of the nearest ancestor that exists. `key` asks for the key's place instead of its value's. */
  locate(path: JsonPath, of?: 'value' | 'key'): { line: number; column: number }
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
  try {
    root = parse(source, { mode: 'json' }).body
    value = JSON.parse(source)
  } catch (error) {
    const { line = 1, column = 1 } = error as { line?: number; column?: number }
    const message = messageOf(error).replace(/\s*\(\d+:\d+\)$/, '')
    return { problems: [{ path: '', line, column, message: `This is not valid JSON: ${message}` }] }
  }
  const problems = repeatedKeys(root)
  return { document: { value, locate: (path, of) => locate(root, path, of) }, problems }
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

function locate(root: ValueNode, path: JsonPath, of: 'value' | 'key' = 'value'): { line: number; column: number } {
  let node: ValueNode = root
  let place = root.loc.start
  for (const [depth, part] of path.entries()) {
    const isLast = depth === path.length - 1
    if (node.type === 'Object') {
      const member = node.members.find((candidate) => keyOf(candidate) === part)
      if (!member) break
      node = member.value
      place = isLast && of === 'key' ? member.name.loc.start : node.loc.start
    } else if (node.type === 'Array' && typeof part === 'number' && node.elements[part]) {
      node = node.elements[part].value
      place = node.loc.start
    } else break
  }
  return { line: place.line, column: place.column }
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
        const message = `The key "${key}" is given twice; keep one.`
        problems.push({ path: formatPath([...path, key]), line, column, message })
      }
      seen.add(key)
      visit(member.value, [...path, key])
    }
  }
  visit(root, [])
  return problems
}
