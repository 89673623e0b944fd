/** What an exported policy says of itself, whatever the format: whoever runs it needs to know what goes in and comes out. */
import type { PolicyChannel, PolicySpecification } from './policy.ts'

/** Carried by every export beside the network. */
export interface ExportMetadata extends PolicySpecification {
  /** Tells an export of TorqueLab from other models. */
  format: typeof EXPORT_FORMAT
  /** Versions of TorqueLab and of what it runs on. */
  versions: Record<string, string>
}

export const EXPORT_FORMAT = 'torquelab-policy'

export function exportMetadata(specification: PolicySpecification, versions: Record<string, string>): ExportMetadata {
  return { format: EXPORT_FORMAT, ...specification, versions }
}

/** The policy in two sentences, for people. */
export function describePolicy({ scene, algorithm, trainedSteps, controlStep }: PolicySpecification): string {
  return (
    `Policy for the TorqueLab scene "${scene}", trained with ${algorithm} for ${trainedSteps} steps. ` +
    `It takes an observation and gives an action every ${controlStep} s.`
  )
}

/** The entries of an observation or action in order, such as "0: hinge.angle (rad), 1: hinge.velocity (rad/s)". */
export function describeChannels(channels: readonly PolicyChannel[]): string {
  return channels.map(({ name, unit }, index) => `${index}: ${name} (${unit})`).join(', ')
}
