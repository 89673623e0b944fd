/** Times, returns, dates and ends as Replay writes them. */
import type { RolloutEntry } from '../../host/rpc/contract.ts'

/** s, with as many decimals as tell two control steps apart. */
export function formatSeconds(seconds: number, controlStep = 0.05): string {
  return `${seconds.toFixed(controlStep < 0.01 ? 3 : 2)} s`
}

/** Two decimals; an en dash where it is not known. */
export function formatReturn(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(2)
}

/** A moment in ISO 8601 as the person's own date and time, to the minute. */
export function formatMoment(iso: string): string {
  const moment = new Date(iso)
  if (Number.isNaN(moment.getTime())) return iso
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
  return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}`
}

/** What ended the episode, or the file in front of its end. A whole file without an end of the task is of one that its recorder stopped. */
export function endWords({ terminated, truncated, missing }: RolloutEntry): string {
  if (terminated) return 'termination'
  if (truncated) return 'the time limit'
  return missing === undefined || missing === 0 ? 'being stopped' : 'being cut off'
}

/** What there is of a file that is cut off or damaged, by how many steps of it are lost; null where that cannot be told. */
export function missingWords(missing: number | null): string {
  if (missing === 0) return 'The file is cut off or damaged behind its last step. All recorded steps are here.'
  if (missing === null) {
    return 'The file is cut off, as by a recording that was killed. All steps in front of that are here; record it again for the rest.'
  }
  const count = missing.toLocaleString('en')
  return `The file is cut off or damaged: ${count} recorded steps are lost. All steps before them are here; record it again for the rest.`
}
