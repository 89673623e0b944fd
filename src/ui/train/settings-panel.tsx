/** The form of a new run: scene, steps, seed, algorithm, preset and every setting that the host describes, and Start.
 * Nothing starts while a field cannot be read; what is wrong stands below it. */
import { batch, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Setting } from '../../host/rpc/contract.ts'
import { chooseScene, chosenScene, sceneEntries } from '../app/state.ts'
import { Button } from '../controls/button.tsx'
import { Select } from '../controls/field.tsx'
import { PlayIcon } from '../controls/icons.tsx'
import { Notice, Panel } from '../controls/layout.tsx'
import { host } from '../host.ts'
import { SettingGroups, TextField } from './setting-groups.tsx'
import {
  type Algorithm,
  algorithmLabel,
  type Base,
  type Changes,
  changedSettings,
  type Preset,
  parseNumber,
  parseSeeds,
} from './settings-form.ts'
import { chooseRun, messageOf, refreshRuns } from './state.ts'

const STEPS_LIMITS = { minimum: 1, maximum: 1e9, integer: true }
const BASE_HELP: Record<Algorithm, Record<Preset, string>> = {
  ddpg: {
    scene: 'Tuned for this scene where its training file says how; else as default.',
    default: 'Lillicrap et al. 2016, with what learns well on these tasks.',
    paper: 'Faithful to Lillicrap et al. 2016.',
  },
  td3: {
    scene: 'Tuned for this scene where its training file says how; else as default.',
    default: "Fujimoto et al. 2018, with the settings of its authors' later code.",
    paper: 'Faithful to Fujimoto et al. 2018.',
  },
}

/** Where the scene proposes no number of its own. */
const DEFAULT_STEPS = 10_000

export function SettingsPanel() {
  const settings = useSignal<readonly Setting[]>([])
  const base = useSignal<Base>({ algorithm: 'ddpg', preset: 'scene' })
  const changes = useSignal<Changes>({})
  const steps = useSignal(String(DEFAULT_STEPS))
  const seed = useSignal('1')
  const isStarting = useSignal(false)
  const problem = useSignal<string | undefined>(undefined)

  const sceneId = chosenScene.value?.entry.id
  useEffect(() => {
    let isCurrent = true
    const describe = async () => {
      const described = await host.request('settings.describe', sceneId === undefined ? {} : { scene: sceneId })
      const training = sceneId === undefined ? null : await host.request('scenes.training', { id: sceneId })
      if (!isCurrent) return
      batch(() => {
        settings.value = described
        changes.value = {}
        base.value = { algorithm: training?.algorithm ?? 'ddpg', preset: 'scene' }
        steps.value = String(training?.steps ?? DEFAULT_STEPS)
      })
    }
    describe().catch((error) => {
      if (isCurrent) problem.value = messageOf(error)
    })
    return () => {
      isCurrent = false
    }
  }, [sceneId, settings, changes, base, steps, problem])

  const parsedSteps = parseNumber(steps.value, STEPS_LIMITS)
  const parsedSeed = parseSeeds(seed.value)
  const changed = changedSettings(settings.value, base.value, changes.value)
  const scene = chosenScene.value?.entry
  const canStart =
    scene &&
    'value' in parsedSteps &&
    'value' in parsedSeed &&
    changed &&
    settings.value.length > 0 &&
    !isStarting.value
  const start = async () => {
    if (!canStart) return
    isStarting.value = true
    problem.value = undefined
    try {
      const { runs } = await host.request('training.start', {
        scene: scene.id,
        steps: parsedSteps.value,
        seeds: parsedSeed.value,
        ...base.value,
        settings: changed,
      })
      chooseRun(runs[0]!)
      await refreshRuns()
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isStarting.value = false
    }
  }
  const { algorithm, preset } = base.value
  const changedCount = Object.keys(changed ?? {}).length
  return (
    <form
      class="train-form"
      aria-label="New run"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void start()
      }}
    >
      <div class="train-form-fields">
        <Panel title="New run">
          <Select
            label="Scene"
            value={scene?.id ?? ''}
            options={sceneEntries.value.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(id) => {
              const entry = sceneEntries.value.find((each) => each.id === id)
              if (entry) void chooseScene(entry)
            }}
          />
          <div class="train-pair">
            <TextField label="Steps" text={steps.value} parsed={parsedSteps} onInput={(text) => set(steps, text)} />
            <TextField label="Seed" text={seed.value} parsed={parsedSeed} onInput={(text) => set(seed, text)} />
          </div>
        </Panel>
        <Panel
          title="Settings"
          actions={
            changedCount > 0 && (
              <Button kind="quiet" onClick={() => set(changes, {})}>
                Reset {changedCount} changed
              </Button>
            )
          }
        >
          <div class="train-pair">
            <Select
              label="Algorithm"
              value={algorithm}
              options={namesOf(BASE_HELP).map((name) => ({ value: name, label: algorithmLabel(name) }))}
              onChange={(value) => set(base, { algorithm: value, preset })}
            />
            <Select
              label="Preset"
              value={preset}
              options={namesOf(BASE_HELP[algorithm]).map((name) => ({ value: name, label: name }))}
              onChange={(value) =>
                batch(() => {
                  base.value = { algorithm, preset: value }
                  changes.value = {}
                })
              }
            />
          </div>
          <p class="field-help">{BASE_HELP[algorithm][preset]}</p>
          <SettingGroups settings={settings.value} base={base.value} changes={changes} />
        </Panel>
      </div>
      <footer class="train-form-foot">
        {problem.value && (
          <Notice kind="error" onDismiss={() => set(problem, undefined)}>
            {problem.value}
          </Notice>
        )}
        {!changed && <p class="field-problem">A setting cannot be read; the group says which.</p>}
        <Button type="submit" kind="primary" icon={PlayIcon} disabled={!canStart}>
          {isStarting.value ? 'Starting' : 'Start'}
        </Button>
      </footer>
    </form>
  )
}

function namesOf<Name extends string>(record: Record<Name, unknown>): Name[] {
  return Object.keys(record) as Name[]
}

function set<Value>(signal: { value: Value }, value: Value): void {
  signal.value = value
}
