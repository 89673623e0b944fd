/**
 * The run's metrics for TensorBoard: an event file of scalars, with the names that Stable-Baselines3 uses, so that its curves
 * lie beside ours. docs/files.md says what each is. There is no well-kept writer for Node.
 */
import protobuf from 'protobufjs'
import { writeRecord } from './tf-record.ts'

/** What is written of tensorflow/core/util/event.proto and framework/summary.proto; field numbers are the format. */
const SCHEMA = `
syntax = "proto3";
message Event {
  double wall_time = 1;
  int64 step = 2;
  oneof what {
    string file_version = 3;
    Summary summary = 5;
  }
}
message Summary {
  message Value {
    string tag = 1;
    // Of a oneof, so that 0 is written too.
    oneof value {
      float simple_value = 2;
    }
  }
  repeated Value value = 1;
}
`
const FILE_VERSION = 'brain.Event:2'

const Event = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('Event')

/** Episodes over which rewards and lengths are averaged, as Stable-Baselines3 does. */
const AVERAGED_EPISODES = 100

/** Tag of each field of an episode's or an evaluation's row, and of the clock's. */
const EPISODE_TAGS = {
  epsilon: 'rollout/exploration_rate',
  criticLoss: 'train/critic_loss',
  policyLoss: 'train/actor_loss',
  meanQ: 'train/mean_q',
  saturation: 'train/action_saturation',
}
const EVALUATION_TAGS = {
  meanReturn: 'eval/mean_reward',
  stdReturn: 'eval/std_reward',
  minReturn: 'eval/min_reward',
  meanLength: 'eval/mean_ep_length',
}
const TIMING_TAGS = { stepsPerSecond: 'time/fps', seconds: 'time/time_elapsed' }

type Row = Record<string, unknown>
interface Finished {
  return: number
  length: number
}

export class TensorBoardLog {
  private readonly append: (bytes: Uint8Array) => void
  /** Seconds since 1970. */
  private readonly wallTime: () => number
  private readonly recent: Finished[] = []
  private hasBegun = false

  constructor(append: (bytes: Uint8Array) => void, wallTime = () => Date.now() / 1000) {
    this.append = append
    this.wallTime = wallTime
  }

  /** Goes on with a file that holds these rows of metrics already. */
  restore(rows: readonly Row[]): void {
    this.hasBegun = rows.length > 0
    for (const row of rows) if (row.type === 'episode') this.remember(row)
  }

  /** Takes in a row of metrics.ndjson, or one of timing.ndjson as of type "timing". */
  add(row: Row & { type: string; step: number }): void {
    if (row.type === 'episode') {
      this.remember(row)
      const mean = (field: keyof Finished) => this.recent.reduce((sum, one) => sum + one[field], 0) / this.recent.length
      const averages = { 'rollout/ep_rew_mean': mean('return'), 'rollout/ep_len_mean': mean('length') }
      this.write(row.step, { ...averages, ...tagged(row, EPISODE_TAGS) })
    } else if (row.type === 'evaluation') this.write(row.step, tagged(row, EVALUATION_TAGS))
    else if (row.type === 'timing') this.write(row.step, tagged(row, TIMING_TAGS))
  }

  private remember(row: Row): void {
    this.recent.push({ return: row.return as number, length: row.length as number })
    if (this.recent.length > AVERAGED_EPISODES) this.recent.shift()
  }

  private write(step: number, scalars: Record<string, number>): void {
    if (!this.hasBegun) {
      this.hasBegun = true
      this.append(encode({ wall_time: this.wallTime(), file_version: FILE_VERSION }))
    }
    const value = Object.entries(scalars).map(([tag, simple_value]) => ({ tag, simple_value }))
    this.append(encode({ wall_time: this.wallTime(), step, summary: { value } }))
  }
}

/** The events of a record's data, for tests: step and scalars by tag, or the file's version. */
export function decodeEvent(data: Uint8Array): { step: number; version?: string; scalars: Record<string, number> } {
  const event = Event.toObject(Event.decode(data), { longs: Number }) as {
    step?: number
    file_version?: string
    summary?: { value: { tag: string; simple_value: number }[] }
  }
  const scalars = Object.fromEntries((event.summary?.value ?? []).map(({ tag, simple_value }) => [tag, simple_value]))
  return { step: event.step ?? 0, ...(event.file_version && { version: event.file_version }), scalars }
}

function encode(event: Record<string, unknown>): Uint8Array {
  return writeRecord(Event.encode(event).finish())
}

/** The numbers of the row that have a tag. */
function tagged(row: Row, tags: Record<string, string>): Record<string, number> {
  const entries = Object.entries(tags).map(([field, tag]): [string, unknown] => [tag, row[field]])
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'))
}
