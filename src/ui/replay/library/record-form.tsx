/** The form that records one more episode of one of a run's policies. */
import { useSignal } from '@preact/signals'
import type { PolicyChoice } from '../../../host/rpc/contract.ts'
import { Button } from '../../controls/button.tsx'
import { NumberField, Select } from '../../controls/field.tsx'
import { RecordIcon } from '../../controls/icons.tsx'
import { Notice, Panel } from '../../controls/layout.tsx'
import { PolicySelect } from '../../policy-select.tsx'
import { messageOf, recordRollout, runs } from '../state.ts'

const GREATEST_SEED = 4_294_967_295

export function RecordForm() {
  const chosen = useSignal<string | undefined>(undefined)
  const policy = useSignal<PolicyChoice>('best')
  const seed = useSignal(1)
  const isRecording = useSignal(false)
  const problem = useSignal<string | undefined>(undefined)
  const options = runs.value
    .filter(({ status }) => status !== 'unreadable')
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt))
    .map(({ name }) => ({ value: name, label: name }))
  const run = options.some(({ value }) => value === chosen.value) ? chosen.value! : options[0]?.value
  const record = async () => {
    if (run === undefined) return
    isRecording.value = true
    problem.value = undefined
    try {
      await recordRollout(run, seed.value, policy.value)
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isRecording.value = false
    }
  }
  return (
    <Panel title="Record an episode">
      <div class="replay-record">
        <Select
          label="Run"
          value={run ?? ''}
          options={options.length > 0 ? options : [{ value: '', label: 'no runs yet' }]}
          disabled={options.length === 0}
          onChange={(value) => {
            chosen.value = value
            policy.value = 'best'
          }}
        />
        <PolicySelect
          run={run}
          label="Policy"
          value={policy.value}
          disabled={run === undefined}
          onChange={(value) => {
            policy.value = value
          }}
        />
        <NumberField
          label="Seed"
          value={seed.value}
          min={0}
          max={GREATEST_SEED}
          integer
          onCommit={(value) => {
            seed.value = value
          }}
        />
        <Button icon={RecordIcon} disabled={run === undefined || isRecording.value} onClick={() => void record()}>
          {isRecording.value ? 'Recording' : 'Record'}
        </Button>
      </div>
      {problem.value && (
        <Notice
          kind="error"
          onDismiss={() => {
            problem.value = undefined
          }}
        >
          {problem.value}
        </Notice>
      )}
    </Panel>
  )
}
