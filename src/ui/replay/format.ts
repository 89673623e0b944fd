/** Times, returns and dates as Replay writes them. */

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
