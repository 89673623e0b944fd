/** Drawings are well-formed SVG that says what it was given. */
import * as Plot from '@observablehq/plot'
import { DOMParser } from 'linkedom'
import { expect, it } from 'vitest'
import { figure } from '../../src/host/figure.ts'

it('panels stand side by side and below one another, with titles that may hold any character', () => {
  const plot = () => ({ marks: [Plot.lineY([1, 3, 2])] })
  const panels = ['a < b & c', 'second', 'third'].map((title) => ({ title, subtitle: `of ${title}`, plot: plot() }))
  const text = figure(panels, { title: 'x > y', columns: 2, width: 600 })
  const document = new DOMParser().parseFromString(text, 'image/svg+xml')
  const root = document.documentElement
  expect(root.getAttribute('width')).toBe('600')
  expect(root.querySelector('title')!.textContent).toBe('x > y')
  expect(root.querySelectorAll('path[d^="M"]').length).toBeGreaterThanOrEqual(3)
  const places = [...root.querySelectorAll('g[transform^="translate("]')].filter(
    ({ parentNode }) => parentNode === root,
  )
  expect(places.map((place) => place.querySelector('text')!.textContent)).toEqual(['a < b & c', 'second', 'third'])
  expect(new Set(places.map((place) => place.getAttribute('transform'))).size).toBe(3)
})
