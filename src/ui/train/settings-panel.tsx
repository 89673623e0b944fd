/** The form of a new run: scene, steps, seed, preset and every setting that the host describes, and Start.
 * Nothing starts while a field cannot be read; what is wrong stands below it. */
import { batch, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Setting } from '../../host/rpc/contract.ts'
import { chooseScene, chosenScene, sceneEntries } from '../app/state.ts'
import { Button, IconButton } from '../controls/button.tsx'
import { Field, Select } from '../controls/field.tsx'
import { PlayIcon, ResetIcon } from '../controls/icons.tsx'
import { Notice, Panel } from '../controls/layout.tsx'
import { host } from '../host.ts'
import {
  type Changes,
  changedSettings,
  isChanged,
  type Preset,
  parseNumber,
  parseSetting,
  presetValue,
  settingLabel,
  settingText,
} from './settings-form.ts'
import { chooseRun, messageOf, refreshRuns } from './state.ts'

const STEPS_LIMITS = { minimum: 1, maximum: 1e9, integer: true }
const SEED_LIMITS = { minimum: 0, maximum: 4_294_967_295, integer: true }
const PRESET_HELP: Record<string, string> = {
  default: 'What learns well on these tasks.',
  paper: 'Faithful to Lillicrap et al. 2016.',
}

export function SettingsPanel() {
  const settings = useSignal<readonly Setting[]>([])
  const preset = useSignal<string>('default')
  const changes = useSignal<Changes>({})
  const steps = useSignal('10000')
  const seed = useSignal('1')
  const isStarting = useSignal(false)
  const problem = useSignal<string | undefined>(undefined)

  useEffect(() => {
    host.request('settings.describe', {}).then(
      (answer) => {
        settings.value = answer
      },
      (error) => {
        problem.value = messageOf(error)
      },
    )
  }, [settings, problem])

  const parsedSteps = parseNumber(steps.value, STEPS_LIMITS)
  const parsedSeed = parseNumber(seed.value, SEED_LIMITS)
  const changed = changedSettings(settings.value, preset.value, changes.value)
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
      const { run } = await host.request('training.start', {
        scene: scene.id,
        steps: parsedSteps.value,
        seed: parsedSeed.value,
        preset: preset.value as Preset,
        settings: changed,
      })
      chooseRun(run)
      await refreshRuns()
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isStarting.value = false
    }
  }
  const presets = Object.keys(settings.value[0]?.presets ?? { default: 0 })
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
          <Select
            label="Preset"
            value={preset.value}
            options={presets.map((name) => ({ value: name, label: name }))}
            help={PRESET_HELP[preset.value]}
            onChange={(value) =>
              batch(() => {
                preset.value = value
                changes.value = {}
              })
            }
          />
          {settings.value.map((setting) => (
            <SettingRow key={setting.name} setting={setting} preset={preset.value} changes={changes} />
          ))}
        </Panel>
      </div>
      <footer class="train-form-foot">
        {problem.value && (
          <Notice kind="error" onDismiss={() => set(problem, undefined)}>
            {problem.value}
          </Notice>
        )}
        {!changed && <p class="field-problem">A setting cannot be read; see below it.</p>}
        <Button type="submit" kind="primary" icon={PlayIcon} disabled={!canStart}>
          {isStarting.value ? 'Starting' : 'Start'}
        </Button>
      </footer>
    </form>
  )
}

function SettingRow({ setting, preset, changes }: { setting: Setting; preset: string; changes: { value: Changes } }) {
  const { name, help } = setting
  const standard = settingText(presetValue(setting, preset))
  const text = changes.value[name] ?? standard
  const label = settingLabel(name)
  const differs = isChanged(setting, preset, changes.value)
  const reset = () => {
    const { [name]: _, ...others } = changes.value
    changes.value = others
  }
  return (
    <div class={differs ? 'train-setting changed' : 'train-setting'}>
      <TextField
        label={label}
        help={help}
        text={text}
        parsed={parseSetting(setting, text)}
        onInput={(typed) => {
          changes.value = { ...changes.value, [name]: typed }
        }}
      />
      {differs && (
        <div class="train-setting-reset">
          <IconButton icon={ResetIcon} label={`Reset ${label} to ${standard}`} kind="quiet" onClick={reset} />
        </div>
      )}
    </div>
  )
}

function TextField({
  label,
  text,
  parsed,
  help,
  onInput,
}: {
  label: string
  text: string
  parsed: { value: unknown } | { problem: string }
  help?: string
  onInput: (text: string) => void
}) {
  const problem = 'problem' in parsed ? parsed.problem : undefined
  return (
    <Field label={label} help={help} problem={problem}>
      {({ id, describedBy }) => (
        <div class="number-input">
          <input
            id={id}
            type="text"
            inputMode="decimal"
            autocomplete="off"
            spellcheck={false}
            value={text}
            aria-describedby={describedBy}
            aria-invalid={problem !== undefined}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        </div>
      )}
    </Field>
  )
}

function set<Value>(signal: { value: Value }, value: Value): void {
  signal.value = value
}
