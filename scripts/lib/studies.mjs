// What `npm run test:learning` trains, and what it must reach. The seeds here are for reporting: settings are tuned on others.

/** What a perfect controller of the pendulum gets on the 50 report episodes (`node test/oracles/pendulum-optimum.ts`). */
const PENDULUM_OPTIMUM = -146.7

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const bestOf = (records) => records.map(({ best }) => best.meanReturn)
const finalOf = (records) => records.map(({ final }) => final.meanReturn)
const everyBest = (least) => (records) => bestOf(records).every((value) => value >= least)

/**
 * @typedef {object} Study
 * @property {string} name
 * @property {string} title
 * @property {string} scene
 * @property {string} algorithm
 * @property {string} preset
 * @property {number} steps
 * @property {number[]} seeds
 * @property {number[]} columns steps that the table shows
 * @property {{ text: string, holds: (records: any[]) => boolean }[]} gates
 */

/** @type {Study[]} */
export const STUDIES = [
  {
    name: 'pendulum-ddpg',
    title: 'Pendulum, DDPG, 7,500 steps',
    scene: 'pendulum',
    algorithm: 'ddpg',
    preset: 'scene',
    steps: 7500,
    seeds: [1, 2, 3, 4, 5],
    columns: [2500, 5000, 7500],
    gates: [
      {
        text: `best policy within 10 of a perfect controller (${PENDULUM_OPTIMUM}), every seed`,
        holds: everyBest(PENDULUM_OPTIMUM - 10),
      },
    ],
  },
  {
    name: 'double-inverted-pendulum-td3-30k',
    title: 'Double inverted pendulum, TD3, 30,000 steps',
    scene: 'double-inverted-pendulum',
    algorithm: 'td3',
    preset: 'scene',
    steps: 30_000,
    seeds: [1, 2, 3, 4, 5],
    columns: [10_000, 20_000, 30_000],
    gates: [{ text: 'best policy at 9,100 or better, every seed', holds: everyBest(9100) }],
  },
  {
    name: 'double-inverted-pendulum-td3',
    title: 'Double inverted pendulum, TD3, 100,000 steps',
    scene: 'double-inverted-pendulum',
    algorithm: 'td3',
    preset: 'scene',
    steps: 100_000,
    seeds: [1, 2, 3, 4, 5],
    columns: [20_000, 40_000, 60_000, 80_000, 100_000],
    gates: [
      {
        text: 'last policy at 9,100 or better, four of five seeds',
        holds: (records) => finalOf(records).filter((value) => value >= 9100).length >= 4,
      },
    ],
  },
  {
    name: 'hopper-td3',
    title: 'Hopper, TD3, 300,000 steps',
    scene: 'hopper',
    algorithm: 'td3',
    preset: 'scene',
    steps: 300_000,
    seeds: [1, 2, 3, 4, 5],
    columns: [50_000, 100_000, 150_000, 200_000, 250_000, 300_000],
    gates: [
      { text: 'best policies at 2,000 or better on average', holds: (records) => mean(bestOf(records)) >= 2000 },
      { text: 'best policy above 1,000, every seed', holds: everyBest(1000) },
      {
        text: 'last policies at 70 % of the best or more on average',
        holds: (records) => mean(finalOf(records)) >= 0.7 * mean(bestOf(records)),
      },
    ],
  },
  {
    name: 'hopper-ddpg',
    title: 'Hopper, DDPG, 150,000 steps (for comparison)',
    scene: 'hopper',
    algorithm: 'ddpg',
    preset: 'scene',
    steps: 150_000,
    seeds: [1, 2, 3],
    columns: [50_000, 100_000, 150_000],
    gates: [],
  },
]
