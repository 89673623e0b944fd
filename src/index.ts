/**
 * TorqueLab as a library: scenes as reinforcement-learning environments for programs in Node.
 *
 * ```js
 * import { createEnvironment } from 'torquelab'
 * const env = await createEnvironment('hopper')
 * ```
 */
export { UserError } from './common/user-error.ts'
export {
  createEnvironment,
  Environment,
  type EpisodeState,
  type ResetResult,
  type StepResult,
} from './library/environment.ts'
export type { SceneSource } from './library/scene-source.ts'
export {
  createVectorEnvironment,
  type EndedEpisode,
  MAX_ENVIRONMENTS,
  VectorEnvironment,
  type VectorResetResult,
  type VectorStepResult,
} from './library/vector-environment.ts'
export type { Scene } from './scene/schema.ts'
export type { Channel, EnvironmentSpec } from './sim/environment.ts'
