/**
 * How smooth the canvas of Design is with 200 bodies, in a real browser without a graphics card: frames while bodies are dragged, one
 * move a frame; how long after the press a selection is in the document; and the pause when a drag ends and the scene is checked.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Page } from 'playwright-core'
import { startServer } from '../src/host/server.ts'
import { chainsScene } from './lib/chains-scene.ts'
import { findChromium } from './lib/find-chromium.ts'
import { orRefuse } from './lib/or-refuse.ts'
import { runBench } from './lib/run-bench.ts'

const CHAINS = 20
const LINKS = 10
/** Moves of each drag, and selections. */
const MOVES = 120
const SELECTIONS = 60

const { json, screenshot } = await runBench(() => {
  const options = { json: { type: 'boolean', default: false }, screenshot: { type: 'string' } } as const
  return orRefuse(() => parseArgs({ options }).values, '--json and --screenshot FILE')
})
const say = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`)

/** Of a drag: ms from frame to frame, and of processor time of the page's main thread a frame, which other programs do not add to. */
interface DragTimes extends Times {
  mainThread: number
}

interface Times {
  median: number
  p95: number
  max: number
  samples: number
}

const executablePath = await runBench(findChromium)

const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-bench-'))
mkdirSync(path.join(folder, 'my-scenes'))
writeFileSync(path.join(folder, 'my-scenes', 'chains.json'), JSON.stringify(chainsScene(CHAINS, LINKS)))
const log = (line: string): void => void process.stderr.write(`${line}\n`)
const server = await startServer({ runsFolder: path.join(folder, 'runs'), port: 0, log })
const software = ['--disable-gpu', '--use-gl=angle', '--use-angle=swiftshader', '--ignore-gpu-blocklist']
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-background-networking', ...software],
})

try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  await page.goto(server.url)
  await page.locator('.canvas-layer').waitFor()
  const choice = page.getByRole('combobox', { name: 'Scene' }).filter({ visible: true })
  await choice.selectOption({ label: 'chains (file)' })
  await page.getByRole('group', { name: 'Stage: chains' }).waitFor()
  await settle(page)
  const bodies = await placesOfBodies(page)
  const name = (chain: number, link: number): string => `bodies/link_${chain}_${link}`
  const drags = {
    'one body': [name(7, LINKS - 1)],
    'a chain of ten': [name(7, 0)],
    'all bodies': [...bodies.keys()],
  }
  const dragFrames: Record<string, DragTimes> = {}
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' })
  const mainThread = async (): Promise<number> => {
    const { metrics } = await devTools.send('Performance.getMetrics')
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value
  }
  const drops: Record<string, number> = {}
  for (const [what, [first, ...others]] of Object.entries(drags)) {
    if (others.length > 0) await page.keyboard.press('Control+a')
    await page.mouse.move(...bodies.get(first!)!)
    await page.mouse.down()
    const before = await mainThread()
    const times = timesOf(await dragInPage(page, bodies.get(first!)!))
    dragFrames[what] = { ...times, mainThread: ((await mainThread()) - before) / MOVES }
    if (screenshot)
      await page.screenshot({ path: screenshot.replace(/(\.png)?$/, `-${what.replaceAll(' ', '-')}.png`) })
    drops[what] = await dropInPage(page)
    await settle(page)
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Escape')
    await settle(page)
  }
  const selections = timesOf(await selectInPage(page, [...bodies.values()]))
  const result = {
    machine: {
      cpu: os.cpus()[0]?.model.trim(),
      cores: os.cpus().length,
      platform: os.platform(),
      browser: browser.version(),
    },
    load: os.loadavg()[0],
    bodies: CHAINS * LINKS,
    dragFrameMilliseconds: dragFrames,
    dropMilliseconds: drops,
    selectionMilliseconds: selections,
  }
  for (const [what, { median, p95, mainThread }] of Object.entries(dragFrames))
    say(
      `dragging ${what}: ${median.toFixed(1)} ms a frame at the median (${(1000 / median).toFixed(0)} frames/s), ${p95.toFixed(1)} ms at the 95th percentile, ${mainThread.toFixed(1)} ms of them of the page's main thread; letting go ${drops[what]!.toFixed(0)} ms`,
    )
  say(
    `selecting: ${selections.median.toFixed(1)} ms at the median, ${selections.p95.toFixed(1)} ms at the 95th percentile (${selections.samples} presses)`,
  )
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`)
} finally {
  await browser.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
}

/** Where each body is on the page, px, by the key of its item. */
async function placesOfBodies(page: Page): Promise<Map<string, [number, number]>> {
  await page.keyboard.press('Control+a')
  await page.waitForFunction((count) => document.querySelectorAll('[data-selected]').length >= count, CHAINS * LINKS)
  const places = await page.locator('[data-selected^="bodies/link"]').evaluateAll((all) =>
    all.map((one): [string, [number, number]] => {
      const { x, y, width, height } = one.getBoundingClientRect()
      return [one.getAttribute('data-selected')!, [x + width / 2, y + height / 2]]
    }),
  )
  await page.keyboard.press('Escape')
  await settle(page)
  return new Map(places)
}

/** Moves the pressed pointer once a frame; ms from frame to frame. */
function dragInPage(page: Page, [x, y]: [number, number]): Promise<number[]> {
  return page.evaluate(
    ({ x, y, moves }) =>
      new Promise<number[]>((resolve) => {
        const layer = document.querySelector('.canvas-layer')!
        const times: number[] = []
        let last = 0
        let count = 0
        const frame = (now: number) => {
          if (last > 0) times.push(now - last)
          last = now
          if (count === moves) return resolve(times.slice(5))
          count++
          const [dx, dy] = [60 * Math.sin(count / 9), 40 * Math.sin(count / 7)]
          const where = { clientX: x + dx, clientY: y + dy, pointerId: 1, buttons: 1, bubbles: true }
          layer.dispatchEvent(new PointerEvent('pointermove', where))
          requestAnimationFrame(frame)
        }
        requestAnimationFrame(frame)
      }),
    { x, y, moves: MOVES },
  )
}

/** Lets go; ms until the second picture after it, by when the scene has been checked. */
async function dropInPage(page: Page): Promise<number> {
  // Listening has begun before the button goes up.
  await page.evaluate(() => {
    const dropped = new Promise<number>((resolve) => {
      const measure = () => {
        const from = performance.now()
        requestAnimationFrame(() => requestAnimationFrame((now) => resolve(now - from)))
      }
      window.addEventListener('pointerup', measure, { capture: true, once: true })
    })
    Object.assign(window, { dropped })
  })
  await page.mouse.up()
  return page.evaluate(() => (window as unknown as { dropped: Promise<number> }).dropped)
}

/** Presses on one body after another; ms from each press to its outline in the document. */
async function selectInPage(page: Page, places: readonly [number, number][]): Promise<number[]> {
  await page.evaluate(() => {
    const times: number[] = []
    Object.assign(window, { selectionTimes: times })
    let pressed = 0
    const press = () => {
      pressed = performance.now()
    }
    window.addEventListener('pointerdown', press, { capture: true })
    new MutationObserver((changes) => {
      const isSelection = changes.some(({ addedNodes }) =>
        [...addedNodes].some(
          (node) =>
            node instanceof Element && (node.matches('[data-selected]') || node.querySelector('[data-selected]')),
        ),
      )
      if (!isSelection || pressed === 0) return
      times.push(performance.now() - pressed)
      pressed = 0
    }).observe(document.querySelector('.canvas-layer')!, { childList: true, subtree: true })
  })
  for (let count = 0; count < SELECTIONS; count++) {
    await page.mouse.move(...places[(count * 37) % places.length]!)
    await page.mouse.down()
    await page.mouse.up()
    await page.waitForTimeout(60)
  }
  return page.evaluate(() => (window as unknown as { selectionTimes: number[] }).selectionTimes)
}

/** Drafts are written some time after an edit; that is not what is measured. */
async function settle(page: Page): Promise<void> {
  await page.waitForTimeout(1500)
}

function timesOf(values: readonly number[]): Times {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { median: at(0.5), p95: at(0.95), max: at(1), samples: sorted.length }
}
