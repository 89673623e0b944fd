/** Which plots of play are shown. */
import { signal } from '@preact/signals'

/** Names of the sensors to plot. */
export const plottedSensors = signal<readonly string[]>([])
export const arePlotsShown = signal(false)

export function toggleSensorPlot(name: string): void {
  const names = plottedSensors.peek()
  plottedSensors.value = names.includes(name) ? names.filter((each) => each !== name) : [...names, name]
  if (plottedSensors.peek().length > 0) arePlotsShown.value = true
}
