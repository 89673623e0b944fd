/** Says whether every recorded value matches a re-simulation of the actions, and shows the first that does not. */
import type { RolloutVerification } from '../../../host/rpc/contract.ts'
import { Button } from '../../controls/button.tsx'
import { Notice } from '../../controls/layout.tsx'
import { formatSeconds } from '../format.ts'
import { type OpenRollout, send } from '../state.ts'
import { stopVerifying, verification, verify } from './state.ts'
import './verify.css'

export function VerifyPanel({ rollout }: { rollout: OpenRollout }) {
  const state = verification.value
  if (state.status === 'running') {
    const { step, steps } = state
    return (
      <div class="verify">
        <div class="verify-progress">
          <progress aria-label="Steps simulated again" value={step} max={Math.max(1, steps)} />
          <span class="muted" role="status">
            {step.toLocaleString('en')} of {steps.toLocaleString('en')} steps
          </span>
          <Button onClick={stopVerifying}>Cancel</Button>
        </div>
      </div>
    )
  }
  return (
    <div class="verify">
      {state.status === 'none' && (
        <p class="field-help">
          Simulates the recorded actions again from the same start and compares every state, observation and reward with
          the file, bit for bit.
        </p>
      )}
      {state.status === 'failed' && <Notice kind="error">{state.problem}</Notice>}
      {state.status === 'done' &&
        (state.difference ? <Difference rollout={rollout} difference={state.difference} /> : <Match {...state} />)}
      <div>
        <Button kind={state.status === 'none' ? 'primary' : 'normal'} onClick={() => void verify()}>
          {state.status === 'none' ? 'Verify' : 'Verify again'}
        </Button>
      </div>
    </div>
  )
}

function Match({ steps }: { steps: number }) {
  return (
    <div class="verify-match">
      <Notice kind="info">
        Every state matches over {steps.toLocaleString('en')} {steps === 1 ? 'step' : 'steps'}: simulated again, the
        actions give the same values to the last bit.
      </Notice>
    </div>
  )
}

function Difference({
  rollout,
  difference,
}: {
  rollout: OpenRollout
  difference: NonNullable<RolloutVerification['difference']>
}) {
  const { step, words, value } = difference
  const { controlStep } = rollout.scene.world
  const place = step === 0 ? 'At the reset' : `At step ${step.toLocaleString('en')}`
  return (
    <>
      <Notice
        kind="error"
        action={<Button onClick={() => send({ type: 'seek', step })}>Go to step {step.toLocaleString('en')}</Button>}
      >
        {value ? (
          <>
            {place} ({formatSeconds(step * controlStep, controlStep)}) the re-simulation differs first. Everything
            before is the same.
          </>
        ) : (
          `${words[0]!.toUpperCase()}${words.slice(1)}.`
        )}
      </Notice>
      {value && (
        <dl class="verify-values">
          <dt>Value</dt>
          <dd>{value.name}</dd>
          <dt>In the file</dt>
          <dd>{value.recorded}</dd>
          <dt>Simulated again</dt>
          <dd>{value.simulated}</dd>
          <dt>Difference</dt>
          <dd>{(value.simulated - value.recorded).toExponential(3)}</dd>
        </dl>
      )}
    </>
  )
}
