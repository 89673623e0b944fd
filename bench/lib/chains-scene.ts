/** A scene of many bodies for measurements: chains of links that hang from one ground, every second link driven. */
import type { Scene } from '../../src/scene/schema.ts'

/** m */
const LENGTH = 0.25
const DISTANCE = 0.4
const RADIUS = 0.04

/** `chains` × `links` bodies and the ground, as many hinges, and at most 100 actuators. */
export function chainsScene(chains: number, links: number): Scene {
  const name = (chain: number, link: number): string => `link_${chain}_${link}`
  const places = Array.from({ length: chains * links }, (_, index) => {
    const [chain, link] = [Math.floor(index / links), index % links]
    return { chain, link, x: (chain - (chains - 1) / 2) * DISTANCE, y: -link * LENGTH }
  })
  const width = chains * DISTANCE
  return {
    format: 'torquelab-scene',
    version: 2,
    name: 'chains',
    world: { gravity: [0, -9.81], controlStep: 0.02, physicsStep: 0.005, solverIterations: 5 },
    bodies: [
      {
        kind: 'fixed',
        name: 'ground',
        position: [0, 0],
        shapes: [{ type: 'segment', from: [width / 2, 0], to: [-width / 2, 0] }],
      },
      ...places.map(({ chain, link, x, y }): Scene['bodies'][number] => ({
        kind: 'dynamic',
        name: name(chain, link),
        position: [x, y],
        density: 1000,
        shapes: [{ type: 'capsule', from: [0, 0], to: [0, -LENGTH], radius: RADIUS }],
      })),
    ],
    joints: places.map(({ chain, link, x, y }) => ({
      type: 'hinge',
      name: `${name(chain, link)}_joint`,
      parent: link === 0 ? 'ground' : name(chain, link - 1),
      child: name(chain, link),
      anchor: [x, y],
    })),
    actuators: places
      .filter(({ link }) => link % 2 === 0)
      .slice(0, 100)
      .map(({ chain, link }) => ({
        type: 'torque',
        name: `motor_${chain}_${link}`,
        joint: `${name(chain, link)}_joint`,
        gear: 20,
      })),
    task: {
      maxSteps: 500,
      observation: [{ name: 'first angle', formula: `${name(0, 0)}_joint.angle` }],
      reward: [{ name: 'still', formula: `-${name(0, 0)}_joint.velocity^2` }],
      terminate: [],
      reset: [],
    },
  }
}
