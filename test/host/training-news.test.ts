/** What windows hear of training, by a clock that the test turns; and that what goes out together is one text. */
import { describe, expect, test } from 'vitest'
import { type Channel, connectToHost, serveConnection } from '../../src/host/rpc/connection.ts'
import { type ListeningWindow, TrainingNews } from '../../src/host/training-news.ts'
import type { LiveFrame } from '../../src/training/live-view.ts'
import { fc } from '../properties.ts'

const progress = (run: string, step: number) => ({ run, step, episode: 1, seconds: step / 100, stepsPerSecond: 100 })
const episode = (run: string, step: number) => ({ run, step, episode: step, return: 1, length: 1, epsilon: 0 })

function open(isBusy: boolean) {
  const state = { isBusy }
  const sent: { window: string; name: string; step: number }[] = []
  const windows = new Set<ListeningWindow>()
  const addWindow = (window: string): ListeningWindow => {
    const added: ListeningWindow = {
      watched: undefined,
      send: (name, payload) => void sent.push({ window, name, step: (payload as { step: number }).step }),
    }
    windows.add(added)
    return added
  }
  const moved = new Map<string, LiveFrame>()
  const news = new TrainingNews({
    windows,
    takesAllCores: () => state.isBusy,
    readLive(run) {
      const frame = moved.get(run)
      moved.delete(run)
      return frame
    },
  })
  const move = (run: string, step: number) => void moved.set(run, { step, poses: [0, 0, 0], efforts: [] })
  const look = (times: number) => {
    for (let time = 0; time < times; time++) news.look()
  }
  return { news, state, sent, addWindow, move, look, window: addWindow('first') }
}

describe('Given training that takes every core', () => {
  test('When runs tell of themselves, Then it all comes at the next news: each episode in order, of the progress the newest', () => {
    const { news, sent, look } = open(true)
    news.tell('training.progress', progress('a', 1))
    news.tell('training.episode', episode('a', 2))
    news.tell('training.progress', progress('b', 3))
    news.tell('training.progress', progress('a', 4))
    news.tell('training.episode', episode('a', 5))
    look(31)
    expect(sent).toEqual([])
    look(1)
    expect(sent.map(({ step }) => step)).toEqual([2, 3, 4, 5])
    look(64)
    expect(sent).toHaveLength(4)
  })

  test('When another event is to follow, Then what waits goes first', () => {
    const { news, sent } = open(true)
    news.tell('training.progress', progress('a', 7))
    news.flush()
    expect(sent.map(({ step }) => step)).toEqual([7])
  })

  test('When a core becomes free, Then what waits goes before what happens next', () => {
    const { news, state, sent } = open(true)
    news.tell('training.episode', episode('a', 1))
    state.isBusy = false
    news.tell('training.episode', episode('a', 2))
    expect(sent.map(({ step }) => step)).toEqual([1, 2])
  })

  test('When a robot moves all the time, Then a window sees every eighth look of the run that it watches, and no other', () => {
    const { news, sent, move, look, window, addWindow } = open(true)
    addWindow('second')
    news.watch(window, 'a')
    for (let step = 1; step <= 32; step++) {
      move('a', step)
      move('b', step)
      look(1)
    }
    const frames = sent.map(({ window, name, step }) => [window, name, step])
    expect(frames).toEqual([8, 16, 24, 32].map((step) => ['first', 'training.frame', step]))
  })

  test('When it stands still, Then a picture comes once, and again for who begins to watch', () => {
    const { news, sent, move, look, window, addWindow } = open(true)
    news.watch(window, 'a')
    move('a', 5)
    look(64)
    expect(sent).toHaveLength(1)
    news.watch(addWindow('second'), 'a')
    expect(sent.map(({ window, step }) => [window, step])).toEqual([
      ['first', 5],
      ['second', 5],
    ])
  })
})

test('Given a core to spare, When a run tells of itself, Then each event goes at once and each look is a picture', () => {
  const { news, sent, move, look, window } = open(false)
  news.tell('training.progress', progress('a', 1))
  news.tell('training.progress', progress('a', 2))
  news.watch(window, 'a')
  for (const step of [3, 4]) {
    move('a', step)
    look(1)
  }
  expect(sent.map(({ step }) => step)).toEqual([1, 2, 3, 4])
})

test('Given any events in any turns, When they go through a connection, Then all arrive in order, in one text a turn', async () => {
  const turns = fc.array(fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 5 }), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(turns, async (turns) => {
      const texts: string[] = []
      const toWindow: ((text: string) => void)[] = []
      const hostEnd: Channel = {
        post: (text) => {
          texts.push(text)
          for (const listener of toWindow) listener(text)
        },
        on: () => {},
      }
      const heard: string[] = []
      const window = connectToHost({ post: () => {}, on: (listener) => void toWindow.push(listener) }, (line) => {
        throw new Error(line)
      })
      window.on('menu.chosen', ({ action }) => heard.push(action))
      const { send } = serveConnection(
        hostEnd,
        async () => ({}),
        () => ({ kind: 'defect', message: '' }),
        () => {},
      )
      for (const actions of turns) {
        for (const action of actions) send('menu.chosen', { action })
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(heard).toEqual(turns.flat())
      expect(texts).toHaveLength(turns.length)
    }),
    { numRuns: 30 },
  )
})

test('Given two long messages at once, Then each is a text of its own, as long as what is accepted', async () => {
  const texts: string[] = []
  const { send } = serveConnection(
    { post: (text) => void texts.push(text), on: () => {} },
    async () => ({}),
    () => ({ kind: 'defect', message: '' }),
    () => {},
  )
  for (const letter of 'ab') send('menu.chosen', { action: letter.repeat(20_000) })
  await new Promise((resolve) => setImmediate(resolve))
  expect(texts.map((text) => JSON.parse(text).a[1].action[0])).toEqual(['a', 'b'])
})
