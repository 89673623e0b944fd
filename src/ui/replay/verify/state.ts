/** Verifying the open rollout: the host simulates its actions again, and this window follows how far it is. */
import { effect, signal } from '@preact/signals'
import type { RolloutVerification } from '../../../host/rpc/contract.ts'
import { host } from '../../host.ts'
import { messageOf, opened } from '../state.ts'

export type VerificationState =
  | { status: 'none' }
  | { status: 'running'; id: string; step: number; steps: number }
  | ({ status: 'done' } & RolloutVerification)
  | { status: 'failed'; problem: string }

/** Of the open rollout. */
export const verification = signal<VerificationState>({ status: 'none' })

export async function verify(): Promise<void> {
  const entry = opened.peek()?.entry
  if (!entry || verification.peek().status === 'running') return
  const running: VerificationState = { status: 'running', id: entry.id, step: 0, steps: entry.steps }
  verification.value = running
  const isWanted = () => {
    const state = verification.peek()
    return state.status === 'running' && state.id === entry.id
  }
  try {
    const answer = await host.request('rollouts.verify', { id: entry.id })
    if (isWanted()) verification.value = answer ? { status: 'done', ...answer } : { status: 'none' }
  } catch (error) {
    if (isWanted()) verification.value = { status: 'failed', problem: messageOf(error) }
  }
}

export function stopVerifying(): void {
  const state = verification.peek()
  if (state.status !== 'running') return
  verification.value = { status: 'none' }
  // The answer of the request says that it was stopped.
  host.request('rollouts.stopVerifying', { id: state.id }).catch(() => {})
}

host.on('rollouts.verifying', ({ id, step, steps }) => {
  const state = verification.peek()
  if (state.status === 'running' && state.id === id) verification.value = { ...state, step, steps }
})

// What was found is about one rollout, and not about the next.
let verified: string | undefined
effect(() => {
  const id = opened.value?.entry.id
  if (id === verified) return
  verified = id
  stopVerifying()
  verification.value = { status: 'none' }
})
