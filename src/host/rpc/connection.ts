/**
 * Both ends of the front door, over any channel that carries text: birpc correlates requests and answers, the contract's
 * schemas check everything that comes in. Used by the host, by the windows and by the tests.
 */
import { createBirpc } from 'birpc'
import type * as z from 'zod'
import { messageOf } from '../../common/user-error.ts'
import {
  type Answer,
  type EventName,
  type EventPayload,
  events,
  type Params,
  type RequestName,
  type Result,
  requests,
} from './contract.ts'

/** A two-way channel of texts. */
export interface Channel {
  post(text: string): void
  on(listener: (text: string) => void): void
}

/** Longest message accepted, in characters. */
export const MAX_MESSAGE_LENGTH = 64_000_000
/** Longest message that goes together with others. */
const MAX_JOINED_LENGTH = 10_000

interface HostFunctions {
  request(name: unknown, params: unknown): Promise<Result<unknown>>
}
interface WindowFunctions {
  event(name: unknown, payload: unknown): void
}

export type Log = (line: string) => void

/** The host's end: answers requests, sends events. `handle` throws UserErrors; whatever else it throws is a defect, and logged. */
export function serveConnection(
  channel: Channel,
  handle: (name: RequestName, params: unknown) => Promise<unknown>,
  toError: (error: unknown) => Extract<Result<never>, { ok: false }>['error'],
  log: Log,
): { send<Name extends EventName>(name: Name, payload: EventPayload<Name>): void } {
  const functions: HostFunctions = {
    async request(name, params) {
      const refuse = (message: string): Result<never> => {
        log(`refused: ${message}`)
        return { ok: false, error: { kind: 'input', message } }
      }
      if (typeof name !== 'string' || !Object.hasOwn(requests, name))
        return refuse(`There is no request called ${JSON.stringify(name)}.`)
      const known = name as RequestName
      const parsed = requests[known].params.safeParse(params)
      if (!parsed.success) return refuse(`The request "${name}" is malformed: ${describeIssue(parsed.error)}.`)
      try {
        const answer = requests[known].answer.safeParse(await handle(known, parsed.data))
        if (answer.success) return { ok: true, value: answer.data }
        throw new Error(`the answer to "${name}" is malformed: ${describeIssue(answer.error)}`)
      } catch (error) {
        const problem = toError(error)
        if (problem.kind === 'input') log(`refused: "${name}": ${problem.message}`)
        if (problem.kind === 'defect')
          log(`defect in "${name}": ${error instanceof Error ? error.stack : String(error)}`)
        return { ok: false, error: problem }
      }
    },
  }
  const rpc = createBirpc<WindowFunctions, HostFunctions>(functions, {
    ...carry(channel, log),
    eventNames: ['event'],
  })
  return { send: (name, payload) => void rpc.event(name, payload) }
}

export interface HostClient {
  /** Asks the host; throws a HostError whose message can be shown as it is. */
  request<Name extends RequestName>(name: Name, params: Params<Name>): Promise<Answer<Name>>
  /** Listens to an event; returns the way to stop. */
  on<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void
  /** The connection is gone: what was asked and has no answer yet fails with these words. Later requests may fare better. */
  abandon(reason: string): void
}

export class HostError extends Error {
  readonly kind: 'input' | 'failure' | 'defect'
  constructor(message: string, kind: 'input' | 'failure' | 'defect') {
    super(message)
    this.name = 'HostError'
    this.kind = kind
  }
}

/** A window's end. Events that do not fit the contract are logged and dropped. */
export function connectToHost(channel: Channel, log: Log): HostClient {
  const listeners = new Map<string, Set<(payload: never) => void>>()
  const functions: WindowFunctions = {
    event(name, payload) {
      if (typeof name !== 'string' || !Object.hasOwn(events, name)) return log(`unknown event ${JSON.stringify(name)}`)
      const parsed = events[name as EventName].safeParse(payload)
      if (!parsed.success) return log(`malformed event "${name}": ${describeIssue(parsed.error)}`)
      for (const listener of listeners.get(name) ?? []) listener(parsed.data as never)
    },
  }
  // What takes long says how far it is and can be stopped: no request is given up for its length.
  const rpc = createBirpc<HostFunctions, WindowFunctions>(functions, { ...carry(channel, log), timeout: -1 })
  return {
    async request(name, params) {
      const result = await rpc.request(name, params)
      if (!result.ok) throw new HostError(result.error.message, result.error.kind)
      const answer = requests[name].answer.safeParse(result.value)
      if (!answer.success)
        throw new HostError(`The answer to "${name}" is malformed: ${describeIssue(answer.error)}.`, 'defect')
      return answer.data as never
    },
    on(name, listener) {
      const known = listeners.get(name) ?? new Set()
      listeners.set(name, known.add(listener as (payload: never) => void))
      return () => void known.delete(listener as (payload: never) => void)
    },
    abandon(reason) {
      rpc.$rejectPendingCalls(({ reject }) => void reject(new HostError(reason, 'failure')))
    },
  }
}

/**
 * birpc over texts. What is posted in one go is one text: each text wakes several threads of a browser. A message that is no JSON object
 * of birpc's is logged and dropped, and the connection goes on.
 */
function carry({ post, on }: Channel, log: Log) {
  let waiting: string[] = []
  const flush = (): void => {
    const messages = waiting
    waiting = []
    // Long ones go alone: together they might be longer than what is accepted.
    const isLong = messages.some(({ length }) => length > MAX_JOINED_LENGTH)
    if (messages.length === 1 || isLong) for (const message of messages) post(message)
    else post(`[${messages.join(',')}]`)
  }
  return {
    post: (message: string) => {
      if (waiting.push(message) === 1) queueMicrotask(flush)
    },
    on: (listener: (message: unknown) => void) =>
      on((text) => {
        const messages = messagesIn(text)
        if (messages) for (const message of messages) listener(message)
        else log(`refused: a malformed message of ${text.length} characters`)
      }),
    serialize: (message: unknown) => JSON.stringify(message),
    onGeneralError: (error: Error) => {
      log(`connection: ${messageOf(error)}`)
      return true
    },
  }
}

/** The messages of a text; undefined where it is no text of ours. */
function messagesIn(text: string): readonly unknown[] | undefined {
  if (text.length > MAX_MESSAGE_LENGTH) return undefined
  try {
    const content: unknown = JSON.parse(text)
    const messages = Array.isArray(content) ? content : [content]
    return messages.length > 0 && messages.every(isMessage) ? messages : undefined
  } catch {
    return undefined
  }
}

function isMessage(message: unknown): boolean {
  return message !== null && typeof message === 'object' && 't' in message && (message.t === 'q' || message.t === 's')
}

function describeIssue({ issues }: z.ZodError): string {
  const issue = issues[0]!
  const place = issue.path.join('.')
  return place === '' ? issue.message : `"${place}": ${issue.message}`
}
