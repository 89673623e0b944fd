/**
 * What a window costs while runs train on all cores: how much slower training gets, and how late the window's timers and its pointer are.
 * As many runs as there are cores train throughout; a real browser window comes and goes, and each round with it is compared with those
 * before and after it. The window is first only looked at; then the pointer moves ten times a second, and both are measured again.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Page } from 'playwright-core'
import { type Channel, connectToHost } from '../src/host/rpc/connection.ts'
import { startServer } from '../src/host/server.ts'
import { findChromium } from './lib/find-chromium.ts'
import { orRefuse } from './lib/or-refuse.ts'
import { runBench } from './lib/run-bench.ts'
import { median, spreadOf } from './lib/statistics.ts'

/** Seconds of each round, and rounds with and without the window. */
const ROUND = 10
const ROUNDS = 6
/** ms */
const TIMER_PERIOD = 50

const { json } = await runBench(() => {
  const options = { json: { type: 'boolean', default: false } } as const
  return orRefuse(() => parseArgs({ options }).values, '--json')
})
const executablePath = await runBench(findChromium)
const say = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`)
const runsFolder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-bench-'))
const server = await startServer({ runsFolder, port: 0, log: (line) => process.stderr.write(`${line}\n`) })

/** Where each run is: environment steps, and s of training by its own clock. */
const progressOf = new Map<string, { step: number; seconds: number }>()
const cores = os.availableParallelism()
const host = connectToHost(connectInProcess(), (line) => process.stderr.write(`${line}\n`))
host.on('training.progress', ({ run, step, seconds }) => {
  progressOf.set(run, { step, seconds })
})

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
  await until(() => progressOf.size === cores && [...progressOf.values()].every(({ step }) => step > 300))
  const speeds = { without: [] as number[], with: [] as number[], used: [] as number[] }
  const lateness: number[] = []
  const delays: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    speeds.without.push(await measureSpeed())
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    await page.goto(server.url)
    await page.getByRole('tab', { name: 'Train' }).click()
    // Start-up is not what is measured.
    await sleep(3)
    speeds.with.push(await measureSpeed())
    const [used, late, delay] = await Promise.all([measureSpeed(), measureLateness(page), measureDelay(page)])
    speeds.used.push(used)
    lateness.push(...late)
    delays.push(...delay)
    await page.close()
    await sleep(1)
    say(
      `round ${round + 1} of ${ROUNDS}: ${speeds.without[round]!.toFixed(0)} steps/s without the window, ${speeds.with[round]!.toFixed(0)} with it, ${used.toFixed(0)} while it is used`,
    )
  }
  speeds.without.push(await measureSpeed())
  const ratiosOf = (withWindow: readonly number[]) =>
    withWindow.map((speed, round) => speed / ((speeds.without[round]! + speeds.without[round + 1]!) / 2))
  const ratios = { looked: ratiosOf(speeds.with), used: ratiosOf(speeds.used) }
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
    stepsPerSecond: {
      without: median(speeds.without),
      with: median(speeds.with),
      whileUsed: median(speeds.used),
    },
    speedRatio: spreadOf(ratios.looked),
    speedRatioWhileUsed: spreadOf(ratios.used),
  }
  say(
    `timer drift: ${result.timerDriftMilliseconds.median.toFixed(1)} ms at the median, ${result.timerDriftMilliseconds.p99.toFixed(1)} ms at the 99th percentile (${lateness.length} samples)`,
  )
  say(
    `input delay: ${result.inputDelayMilliseconds.median.toFixed(1)} ms at the median, ${result.inputDelayMilliseconds.p99.toFixed(1)} ms at the 99th percentile (${delays.length} samples)`,
  )
  for (const [what, each] of [
    ['', ratios.looked],
    [' in use', ratios.used],
  ] as const) {
    const rounds = each.map((ratio) => (100 * ratio).toFixed(0)).join(', ')
    say(
      `${cores} runs, training with the window${what} runs at ${(100 * median(each)).toFixed(1)} % of its speed without it (rounds: ${rounds} %)`,
    )
  }
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

/** Environment steps a second of all runs, by the clocks of the runs: what they say comes once a second. */
async function measureSpeed(): Promise<number> {
  const before = new Map(progressOf)
  await sleep(ROUND)
  return [...progressOf].reduce((sum, [run, { step, seconds }]) => {
    const from = before.get(run)!
    return sum + (step - from.step) / (seconds - from.seconds)
  }, 0)
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
