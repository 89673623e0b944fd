/** A rollout as a table of text (CSV, RFC 4180): one row a step, units in the header, every number as it was recorded. */
import type { RolloutColumns } from '../../../host/rpc/contract.ts'
import type { Scene } from '../../../scene/schema.ts'
import { csvLine } from '../../train/overview/csv.ts'

/** Names of the columns: step, time, states, observation, action, reward and its terms. */
export function csvHeader({ bodies, task, actuators }: Scene): string {
  return csvLine([
    'step',
    'time (s)',
    ...bodies.flatMap(({ name }) => [`${name} x (m)`, `${name} y (m)`, `${name} angle (rad)`]),
    ...bodies.flatMap(({ name }) => [`${name} vx (m/s)`, `${name} vy (m/s)`, `${name} angular velocity (rad/s)`]),
    ...task.observation.map(({ name, unit }) => `observation ${name}${unit ? ` (${unit})` : ''}`),
    ...actuators.map(({ name }) => `action ${name} (1)`),
    'reward',
    ...task.reward.map(({ name }) => `reward term ${name}`),
  ])
}

/** The lines of a range of steps; the reset has no action and no reward. */
export function csvLines({ bodies, task, actuators }: Scene, columns: RolloutColumns): string {
  const { from, to, time, poses, velocities, observation, action, reward, terms } = columns
  const lines: string[] = []
  for (let step = from; step < to; step++) {
    const row = step - from
    const of = (values: number[], size: number) => values.slice(row * size, (row + 1) * size)
    const came = [...of(action, actuators.length), reward[row]!, ...of(terms, task.reward.length)]
    lines.push(
      csvLine([
        step,
        time[row]!,
        ...of(poses, 3 * bodies.length),
        ...of(velocities, 3 * bodies.length),
        ...of(observation, task.observation.length),
        ...(step === 0 ? came.map(() => '') : came),
      ]),
    )
  }
  return lines.join('')
}
