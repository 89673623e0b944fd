/** The controllers that need nothing but an environment and a policy. Exploration belongs to the agent. */
import { UserError } from '../common/user-error.ts'
import type { Policy } from '../policy/policy.ts'
import type { EnvironmentSpec } from '../sim/environment.ts'
import type { Controller } from './episode.ts'

/** Plays a policy without noise. Throws a UserError when policy and environment do not fit each other. */
export function policyController(policy: Policy, spec: EnvironmentSpec): Controller {
  requireFit(policy, spec)
  return policy
}

/** Plays recorded actions: [step][action size]. Past their end it repeats none: asking for more is a defect. */
export function recordedController(actions: readonly ArrayLike<number>[]): Controller {
  let step = 0
  return {
    reset: () => {
      step = 0
    },
    act: (_, action) => {
      const recorded = actions[step++]
      if (!recorded) throw new Error(`There is no recorded action for step ${step}.`)
      action.set(recorded)
    },
  }
}

function requireFit({ specification }: Policy, spec: EnvironmentSpec): void {
  for (const kind of ['observation', 'action'] as const) {
    const [trained, here] = [specification[kind], spec[kind]].map((channels) =>
      channels.map(({ name }) => name).join(', '),
    )
    if (trained === here) continue
    throw new UserError(
      `The policy was trained on "${specification.scene}" and does not fit the scene "${spec.scene}": its ${kind} is (${trained}), the scene's is (${here}). Train a policy for this scene.`,
    )
  }
}
