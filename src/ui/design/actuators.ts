/** What an action means to an actuator, in words: `+1.00 N·m`. */
import type { Actuator, Scene } from '../../scene/schema.ts'
import { thrustOf } from '../../sim/efforts.ts'
import { formatSigned } from './format.ts'

export const ACTUATOR_WORDS: Readonly<Record<Actuator['type'], string>> = {
  torque: 'Torque',
  force: 'Force',
  velocity: 'Speed',
  position: 'Position',
  thruster: 'Thrust',
}

/** What an action in [-1, 1] asks of an actuator, with its unit; what a servo then exerts depends on the state. */
export function commandText({ joints }: Scene, actuator: Actuator, action: number): string {
  const turns = actuator.type !== 'thruster' && joints.find(({ name }) => name === actuator.joint)?.type === 'hinge'
  switch (actuator.type) {
    case 'torque':
      return `${formatSigned(actuator.gear * action, 2)} N·m`
    case 'force':
      return `${formatSigned(actuator.gear * action, 2)} N`
    case 'thruster':
      return `${formatSigned(thrustOf(actuator, action), 2)} N`
    case 'velocity':
      return `${formatSigned(actuator.gear * action, 2)} ${turns ? 'rad/s' : 'm/s'}`
    case 'position': {
      const { low, high } = actuator
      return `${formatSigned(low + ((action + 1) / 2) * (high - low), 2)} ${turns ? 'rad' : 'm'}`
    }
  }
}
