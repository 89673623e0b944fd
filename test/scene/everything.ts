// A valid scene with one of everything that the format has: what tests take and change.
import type { Scene } from '../../src/scene/schema.ts'

/** A cart on a rail with a pole, a welded plate, a free flyer, a lift that moves by itself, and ground. New at each call. */
export function everything(): Scene {
  return {
    format: 'torquelab-scene',
    version: 2,
    name: 'everything',
    description: 'One of everything.',
    world: {
      gravity: [0, -9.81],
      controlStep: 0.02,
      physicsStep: 0.005,
      solverIterations: 4,
      internalIterations: 2,
    },
    bodies: [
      {
        name: 'ground',
        kind: 'fixed',
        position: [0, 0],
        friction: 0.9,
        groups: [0, 3],
        shapes: [
          { type: 'segment', from: [-10, 0], to: [10, 0] },
          {
            type: 'polyline',
            points: [
              [10, 0],
              [12, 1],
              [14, 0.5],
            ],
            friction: 2,
          },
        ],
      },
      {
        name: 'cart',
        kind: 'dynamic',
        position: [0, 1],
        mass: 2,
        shapes: [{ type: 'box', width: 0.4, height: 0.2, depth: 0.2, center: [0, 0], angle: 0 }],
        collidesWith: [],
      },
      {
        name: 'pole',
        kind: 'dynamic',
        position: [0, 1],
        density: 1000,
        shapes: [{ type: 'capsule', from: [0, 0], to: [0, 0.6], radius: 0.045 }],
      },
      {
        name: 'plate',
        kind: 'dynamic',
        position: [0, 1.6],
        angle: 0.1,
        mass: 0.5,
        inertia: 0.01,
        centerOfMass: [0, 0.05],
        shapes: [
          {
            type: 'polygon',
            points: [
              [-0.1, 0],
              [0.1, 0],
              [0, 0.2],
            ],
            restitution: 0.5,
          },
        ],
      },
      {
        name: 'flyer',
        kind: 'dynamic',
        position: [3, 2],
        mass: 1,
        inertia: 0.1,
        shapes: [{ type: 'circle', radius: 0.2, center: [0, 0.1] }],
      },
      {
        name: 'lift',
        kind: 'kinematic',
        position: [-3, 1],
        shapes: [{ type: 'box', width: 1, height: 0.1 }],
        motion: { y: '1 + 0.5 * sin(2 * time)', angle: '0.1 * time' },
      },
    ],
    joints: [
      {
        name: 'rail',
        type: 'slider',
        parent: 'ground',
        child: 'cart',
        anchor: [0, 1],
        axis: [2, 0],
        range: [-1, 1],
        damping: 0.1,
      },
      {
        name: 'hinge',
        type: 'hinge',
        parent: 'cart',
        child: 'pole',
        anchor: [0, 1],
        range: [-3, 3],
        damping: 0.05,
        stiffness: 1,
        rest: 0.2,
        armature: 0.01,
        contacts: false,
      },
      { name: 'glue', type: 'weld', parent: 'pole', child: 'plate', anchor: [0, 1.6] },
    ],
    actuators: [
      { type: 'force', name: 'drive', joint: 'rail', gear: 100 },
      { type: 'torque', name: 'motor', joint: 'hinge', gear: 5 },
      { type: 'velocity', name: 'speed', joint: 'hinge', gear: 4, gain: 2, maxForce: 10 },
      { type: 'position', name: 'servo', joint: 'rail', low: -1, high: 1, stiffness: 50, damping: 5, maxForce: 20 },
      { type: 'thruster', name: 'jet', body: 'flyer', point: [0, -0.2], direction: [0, 2], gear: 20, oneWay: true },
    ],
    markers: [{ name: 'tip', body: 'pole', position: [0, 0.6] }],
    sensors: [
      { name: 'touch', type: 'contact', body: 'flyer', with: 'ground' },
      { name: 'eye', type: 'ray', body: 'flyer', position: [0, 0], angle: -1.57, length: 5 },
    ],
    task: {
      maxSteps: 500,
      solvedAt: 450,
      constants: { target: 1.6 },
      observation: [
        { name: 'position', formula: 'rail.position', unit: 'm', range: [-1, 1] },
        { name: 'height', formula: 'tip.y - target', unit: 'm', clip: 10 },
      ],
      reward: [{ name: 'up', formula: 'tolerance(tip.y, target, 2, 1)' }],
      terminate: [{ name: 'down', formula: 'tip.y < 1 or touch' }],
      reset: [
        { coordinate: 'hinge.angle', formula: 'uniform(-0.1, 0.1)' },
        { coordinate: 'rail.position', formula: 'normal(0, 0.1)' },
        { coordinate: 'flyer.y', formula: 'uniform(2, 3)' },
      ],
    },
  }
}
