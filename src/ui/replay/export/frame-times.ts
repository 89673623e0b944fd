/** Which step of a rollout each frame of a film shows, and when. Pure. */

export interface FilmRange {
  /** First and last step, both shown. */
  from: number
  to: number
  /** s */
  controlStep: number
  framesPerSecond: number
  /** Times real time. */
  speed: number
}

/** Where times that are equal on paper differ by rounding. */
const ROUNDING = 1e-6

/** Frames from the first step to the last, which is always shown: at evenly spaced times, 1 or more. */
export function frameCount({ from, to, controlStep, framesPerSecond, speed }: FilmRange): number {
  return Math.ceil((((to - from) * controlStep) / speed) * framesPerSecond - ROUNDING) + 1
}

/** The step that frame `frame` (from 0) shows: the last one recorded at its time, as the player shows it. */
export function stepOfFrame(frame: number, { from, to, controlStep, framesPerSecond, speed }: FilmRange): number {
  const steps = ((frame / framesPerSecond) * speed) / controlStep
  return Math.min(to, from + Math.floor(steps + ROUNDING))
}

/** A GIF counts in hundredths of a second: frame `frame` lasts so many that no error adds up over the film. */
export function gifDelay(frame: number, framesPerSecond: number): number {
  const end = (frames: number) => Math.round((100 * frames) / framesPerSecond)
  return end(frame + 1) - end(frame)
}
