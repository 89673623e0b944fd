/** What a check is, and what is checked. */
import type { Environment } from '../sim/environment.ts'

/** What the checks need of an environment: an `Environment`, or something that a test has broken on purpose. */
export type CheckedEnvironment = Pick<Environment, 'scene' | 'spec' | 'state' | 'reset' | 'step' | 'close'>

/** A fresh environment of the scene in question. */
export type Create = () => CheckedEnvironment

/** What one check found. `message` says what was seen; a check that failed says how to mend the scene. */
export type Finding =
  | { verdict: 'passed' | 'skipped'; message: string }
  | { verdict: 'failed'; message: string; remedy: string }

export type Check = { name: string } & Finding

export const passed = (message: string): Finding => ({ verdict: 'passed', message })
export const skipped = (message: string): Finding => ({ verdict: 'skipped', message })
export const failed = (message: string, remedy: string): Finding => ({ verdict: 'failed', message, remedy })

/** What is wrong with TorqueLab rather than with a scene. */
export const DEFECT = 'this is a defect of TorqueLab; please report it with the scene'
