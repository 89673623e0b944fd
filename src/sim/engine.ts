/**
 * The physics engine: loading it, and its step without the package's wrapper, which makes and frees a vector each time.
 */
import RAPIER from '@dimforge/rapier2d-deterministic-compat'

let engine: Promise<void> | undefined

/** Loads the physics engine's WebAssembly; to be awaited once before the first world is made. */
export function loadPhysics(): Promise<void> {
  engine ??= RAPIER.init()
  return engine
}

/** A vector in the engine's own memory. */
export type EngineVector = ReturnType<typeof RAPIER.VectorOps.intoRaw>

/** To be freed by whoever made it: the package frees it only when the garbage collector comes by. */
export function engineVector(x: number, y: number): EngineVector {
  return RAPIER.VectorOps.intoRaw({ x, y })
}

/** One physics step; allocates nothing in JavaScript. */
export function stepWorld(world: RAPIER.World, gravity: EngineVector): void {
  world.physicsPipeline.raw.step(
    gravity,
    world.integrationParameters.raw,
    world.islands.raw,
    world.broadPhase.raw,
    world.narrowPhase.raw,
    world.bodies.raw,
    world.colliders.raw,
    world.impulseJoints.raw,
    world.multibodyJoints.raw,
    world.ccdSolver.raw,
  )
}
