/** The form that records one more episode of a run's best policy. */
import { useSignal } from '@preact/signals'
import { Button } from '../../controls/button.tsx'
import { NumberField, Select } from '../../controls/field.tsx'
import { RecordIcon } from '../../controls/icons.tsx'
import { Notice, Panel } from '../../controls/layout.tsx'
import { messageOf, recordRollout, runs } from '../state.ts'

const GREATEST_SEED = 4_294_967_295

export function RecordForm() {
  const chosen = useSignal<string | undefined>(undefined)
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
      await recordRollout(run, seed.value)
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
