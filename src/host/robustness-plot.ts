/** The curves of a policy's robustness as an SVG: one panel for each perturbation, the return by its level. */
import * as Plot from '@observablehq/plot'
import type { RobustnessAnswer } from './api.ts'
import { figure, type Panel } from './figure.ts'

const LINE = '#0969da'

/** The text of an SVG file. */
export function drawRobustness(answer: RobustnessAnswer): string {
  const { perturbations, evaluation, run, scene, episodes } = answer
  const lows = perturbations.flatMap(({ levels }) => levels.map(({ meanReturn, stdReturn }) => meanReturn - stdReturn))
  const highs = perturbations.flatMap(({ levels }) => levels.map(({ meanReturn, stdReturn }) => meanReturn + stdReturn))
  // One scale of returns for all panels, so that they can be compared.
  const y: [number, number] = [Math.min(...lows), Math.max(...highs)]
  const panels = perturbations.map(({ name, meaning, nominal, levels }): Panel => {
    const x = { label: null, ticks: levels.map(({ level }) => level), tickFormat: String }
    return {
      title: name[0]!.toUpperCase() + name.slice(1),
      subtitle: meaning,
      plot: {
        x,
        y: { label: 'return', domain: y, nice: true, grid: true, ticks: 5 },
        marks: [
          Plot.ruleX([nominal], { stroke: '#59636e', strokeDasharray: '3,3' }),
          Plot.ruleY([evaluation.meanReturn], { stroke: '#59636e', strokeDasharray: '3,3' }),
          Plot.areaY(levels, {
            x: 'level',
            y1: ({ meanReturn, stdReturn }) => meanReturn - stdReturn,
            y2: ({ meanReturn, stdReturn }) => meanReturn + stdReturn,
            fill: LINE,
            fillOpacity: 0.15,
          }),
          Plot.lineY(levels, { x: 'level', y: 'meanReturn', stroke: LINE, strokeWidth: 2 }),
          Plot.dot(levels, { x: 'level', y: 'meanReturn', fill: LINE, r: 3.5 }),
        ],
      },
    }
  })
  return figure(panels, {
    title: `${scene}, ${run}: mean ± deviation of ${episodes} episodes`,
    columns: 2,
  })
}
