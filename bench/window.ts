/**
 * What a window costs while runs train on all cores: how late its timers and its pointer are, and how much slower training gets.
 * As many runs as there are cores train throughout; a real browser window attaches and leaves in turns, and medians of neighbouring rounds are compared.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { type Channel, connectToHost } from '../src/host/rpc/connection.ts'
import { startServer } from '../src/host/server.ts'

/** Seconds of each round, and rounds with and without the window. */
const ROUND = 10
const ROUNDS = 6
/** ms */
const TIMER_PERIOD = 50

const json = process.argv.includes('--json')
const say = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`)
const runsFolder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-bench-'))
const server = await startServer({ runsFolder, port: 0, log: (line) => process.stderr.write(`${line}\n`) })

/** Environment steps of each run. */
const stepsOf = new Map<string, number>()
const steps = () => [...stepsOf.values()].reduce((sum, step) => sum + step, 0)
const cores = os.availableParallelism()
const host = connectToHost(connectInProcess(), (line) => process.stderr.write(`${line}\n`))
host.on('training.progress', ({ run, step }) => {
  stepsOf.set(run, step)
})

// The scripts are JavaScript, which the type checker does not read: hence imports by a computed name.
const script = (name: string) => import(new URL(`../scripts/lib/${name}.mjs`, import.meta.url).href)
const { projectPaths, projectRoot } = await script('project')
const executablePath: string | undefined = await (await script('browsers')).findChromium(projectPaths(projectRoot))
if (!executablePath) throw new Error('There is no Chromium here; npm test says how to get one.')
const headless = [
  '--no-sandbox',
  '--disable-gpu',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--ignore-gpu-blocklist',
]
const browser = await chromium.launch({ executablePath, args: [...headless, '--disable-background-networking'] })

try {
  await host.request('training.start', {
    scene: 'pendulum',
    steps: 1_000_000,
    seeds: Array.from({ length: cores }, (_, index) => index + 1),
    preset: 'default',
    settings: { learningStarts: 100, randomSteps: 100, evaluationInterval: 1_000_000 },
  })
  await until(() => stepsOf.size === cores && [...stepsOf.values()].every((step) => step > 300))
  const speeds = { without: [] as number[], with: [] as number[] }
  const lateness: number[] = []
  const delays: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    speeds.without.push(await measureSpeed())
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    await page.goto(server.url)
    await page.getByRole('tab', { name: 'Train' }).click()
    // Start-up is not what is measured.
    await sleep(3)
    const [speed, late, delay] = await Promise.all([measureSpeed(), measureLateness(page), measureDelay(page)])
    speeds.with.push(speed)
    lateness.push(...late)
    delays.push(...delay)
    await page.close()
    await sleep(1)
    say(
      `round ${round + 1} of ${ROUNDS}: ${speeds.without.at(-1)!.toFixed(1)} steps/s without the window, ${speed.toFixed(1)} with it`,
    )
  }
  const ratios = speeds.with.map(
    (speed, round) => speed / ((speeds.without[round]! + (speeds.without[round + 1] ?? speeds.without[round]!)) / 2),
  )
  const result = {
    machine: { cpu: os.cpus()[0]?.model.trim(), cores: os.cpus().length, platform: os.platform() },
    timerDriftMilliseconds: {
      median: quantile(lateness, 0.5),
      p99: quantile(lateness, 0.99),
      samples: lateness.length,
    },
    inputDelayMilliseconds: {
      median: quantile(delays, 0.5),
      p99: quantile(delays, 0.99),
      samples: delays.length,
    },
    runs: cores,
    stepsPerSecond: { without: quantile(speeds.without, 0.5), with: quantile(speeds.with, 0.5) },
    speedRatio: { median: quantile(ratios, 0.5), min: Math.min(...ratios), max: Math.max(...ratios) },
  }
  say(
    `timer drift: ${result.timerDriftMilliseconds.median.toFixed(1)} ms at the median, ${result.timerDriftMilliseconds.p99.toFixed(1)} ms at the 99th percentile (${lateness.length} samples)`,
  )
  say(
    `input delay: ${result.inputDelayMilliseconds.median.toFixed(1)} ms at the median, ${result.inputDelayMilliseconds.p99.toFixed(1)} ms at the 99th percentile (${delays.length} samples)`,
  )
  say(
    `${cores} runs, training with the window runs at ${(100 * result.speedRatio.median).toFixed(1)} % of its speed without it (rounds: ${ratios.map((ratio) => (100 * ratio).toFixed(0)).join(', ')} %)`,
  )
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`)
} finally {
  await browser.close()
  await server.close()
  rmSync(runsFolder, { recursive: true, force: true })
}

/** A window's end and the host's, in one process. */
function connectInProcess(): Channel {
  const hostSide: ((text: string) => void)[] = []
  const windowSide: ((text: string) => void)[] = []
  const deliver = (listeners: ((text: string) => void)[]) => (text: string) =>
    void setImmediate(() => listeners.map((listener) => listener(text)))
  server.service.connect({ post: deliver(windowSide), on: (listener) => void hostSide.push(listener) })
  return { post: deliver(hostSide), on: (listener) => void windowSide.push(listener) }
}

async function measureSpeed(): Promise<number> {
  const [from, start] = [steps(), performance.now()]
  await sleep(ROUND)
  return (steps() - from) / ((performance.now() - start) / 1000)
}

/** How late each tick of a timer is in the page, ms. */
function measureLateness(page: Page): Promise<number[]> {
  return page.evaluate(
    ([period, seconds]) =>
      new Promise<number[]>((resolve) => {
        const late: number[] = []
        let last = performance.now()
        const timer = setInterval(() => {
          const now = performance.now()
          late.push(Math.abs(now - last - period!))
          last = now
        }, period)
        setTimeout(() => {
          clearInterval(timer)
          resolve(late)
        }, seconds! * 1000)
      }),
    [TIMER_PERIOD, ROUND],
  )
}

/** How long after it happened the page hears of each move of the pointer, ms. */
async function measureDelay(page: Page): Promise<number[]> {
  const heard = page.evaluate(
    (seconds) =>
      new Promise<number[]>((resolve) => {
        const delays: number[] = []
        const hear = (event: PointerEvent) => void delays.push(performance.now() - event.timeStamp)
        window.addEventListener('pointermove', hear)
        setTimeout(() => {
          window.removeEventListener('pointermove', hear)
          resolve(delays)
        }, seconds * 1000)
      }),
    ROUND,
  )
  const end = performance.now() + ROUND * 1000 - 500
  while (performance.now() < end) {
    await page.mouse.move(300 + 200 * Math.random(), 200 + 200 * Math.random())
    await sleep(0.1)
  }
  return heard
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(0.1)
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}
