/** What axe-core has against a page: names, roles, contrast (WCAG AA). */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Its serious and critical violations on the page as it is, each with where. Throws where it looked at next to nothing. */
export async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const results = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run(document))
  if (results.passes.length <= 10) throw new Error(`axe-core had only ${results.passes.length} rules to apply.`)
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}
