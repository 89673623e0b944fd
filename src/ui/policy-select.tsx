/** A choice of one of a run's policies: that of the best evaluation, the latest, or one along the way, with what it returned. */
import { useEffect, useState } from 'preact/hooks'
import type { PolicyChoice, Snapshot } from '../host/rpc/contract.ts'
import { Select } from './controls/field.tsx'
import { host } from './host.ts'
import { formatValue } from './plots/format.ts'
import { throttle } from './plots/throttle.ts'

/** ms between two looks at the snapshots of a run that trains. */
const INTERVAL = 2000

export function PolicySelect({
  run,
  label,
  value,
  help,
  disabled = false,
  onChange,
}: {
  /** Undefined where there is none to choose of. */
  run: string | undefined
  label: string
  value: PolicyChoice
  help?: string | undefined
  disabled?: boolean
  onChange: (value: PolicyChoice) => void
}) {
  const snapshots = useSnapshots(run)
  return (
    <Select
      label={label}
      value={String(value)}
      options={policyOptions(snapshots, value)}
      help={help}
      disabled={disabled}
      onChange={(text) => onChange(text === 'best' || text === 'last' ? text : Number(text))}
    />
  )
}

/** What can be chosen: with the choice as it is, also where that snapshot is gone meanwhile. */
export function policyOptions(
  snapshots: readonly Snapshot[],
  chosen: PolicyChoice,
): { value: string; label: string }[] {
  const isListed = typeof chosen !== 'number' || snapshots.some(({ step }) => step === chosen)
  const all = isListed ? snapshots : [...snapshots, { step: chosen as number }].sort((a, b) => a.step - b.step)
  return [
    { value: 'best', label: 'best evaluation' },
    { value: 'last', label: 'latest' },
    ...all.map(({ step, meanReturn }) => ({
      value: String(step),
      label: `step ${step.toLocaleString('en')}${meanReturn === undefined ? '' : ` · return ${formatValue(meanReturn)}`}`,
    })),
  ]
}

/** Snapshots of a run, as they are by now where it trains. */
function useSnapshots(run: string | undefined): readonly Snapshot[] {
  const [known, setKnown] = useState<{ run: string | undefined; list: readonly Snapshot[] }>({ run, list: [] })
  useEffect(() => {
    if (run === undefined) return undefined
    let isCurrent = true
    const refresh = throttle(() => {
      host
        .request('runs.snapshots', { run })
        .then((list) => {
          if (isCurrent) setKnown({ run, list })
        })
        // The policy itself says what is wrong with its run.
        .catch((error: unknown) => console.warn(error))
    }, INTERVAL)
    refresh.request()
    const forget = host.on('training.evaluation', (evaluation) => {
      if (evaluation.run === run) refresh.request()
    })
    return () => {
      isCurrent = false
      forget()
      refresh.cancel()
    }
  }, [run])
  return known.run === run ? known.list : []
}
