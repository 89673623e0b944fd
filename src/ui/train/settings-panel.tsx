/** The form of a new run: scene, steps, seed, algorithm, preset and every setting that the host describes, and Start.
 * Nothing starts while a field cannot be read; what is wrong stands below it. */
import { batch, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Params, Setting } from '../../host/rpc/contract.ts'
import { chooseScene, chosenScene, type EditedScene, editedScene, sceneEntries, workspace } from '../app/state.ts'
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
  formOf,
  type Preset,
  parseNumber,
  parseSeeds,
  settingLabel,
  unreadableSettings,
} from './settings-form.ts'
import { chooseRun, messageOf, refreshRuns, sentScenes, shownRun, template } from './state.ts'

const LENGTH_LIMITS = {
  steps: { minimum: 1, maximum: 1e9, integer: true },
  episodes: { minimum: 1, maximum: 1e7, integer: true },
}
type EngineChoice = NonNullable<Params<'training.start'>['engine']> | ''
const ENGINES: readonly { value: EngineChoice; label: string; help: string }[] = [
  { value: '', label: 'fastest', help: 'The first of these that has all settings.' },
  { value: 'fused', label: 'fused', help: 'Our WebAssembly: the same bits everywhere.' },
  { value: 'tfjs-node', label: 'tfjs-node', help: 'TensorFlow.js on its native library.' },
  { value: 'tfjs-wasm', label: 'tfjs-wasm', help: 'TensorFlow.js in WebAssembly.' },
  { value: 'tfjs-cpu', label: 'tfjs-cpu', help: 'TensorFlow.js in plain JavaScript: slow.' },
]
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

/** Of the scene as Design edits it, in the list of scenes. */
const EDITED = 'edited'

/** Where the scene proposes no number of its own. */
const DEFAULT_STEPS = 10_000

export function SettingsPanel() {
  const settings = useSignal<readonly Setting[]>([])
  const base = useSignal<Base>({ algorithm: 'ddpg', preset: 'scene' })
  const changes = useSignal<Changes>({})
  const length = useSignal(String(DEFAULT_STEPS))
  const unit = useSignal<'steps' | 'episodes'>('steps')
  const seeds = useSignal('1')
  const engine = useSignal<EngineChoice>('')
  /** The run whose own copy of its scene is trained on, where no scene of the list is equal to it. */
  const copy = useSignal<{ id: string; label: string } | undefined>(undefined)
  const isStarting = useSignal(false)
  const problem = useSignal<string | undefined>(undefined)

  const chosenId = editedScene.value ? editedScene.value.of : chosenScene.value?.entry.id
  const edited = copy.value ? undefined : editedScene.value
  useEffect(() => {
    copy.value = undefined
  }, [sentScenes.value, copy])
  // What was wrong with the form as it was sent may be mended in what it is now.
  useEffect(() => {
    problem.value = undefined
  }, [changes.value, base.value, length.value, unit.value, seeds.value, engine.value, chosenId, problem])
  /** A run whose settings are taken over. */
  const wanted = template.value
  const filledFor = useRef<string | undefined>(undefined)
  /** The length that the form itself filled in last. */
  const proposed = useRef(length.peek())
  useEffect(() => {
    if (wanted === undefined && filledFor.current !== undefined && filledFor.current === chosenId) return
    let isCurrent = true
    const fill = async () => {
      const run = wanted === undefined ? undefined : (await host.request('runs.details', { runs: [wanted] }))[0]!
      const entry = run && sceneEntries.peek().find(({ id }) => id === run.scene)
      // Comes here again, with the scene.
      const isFree = editedScene.peek() === undefined
      if (entry && entry.id !== chosenId && isFree && isCurrent) return chooseScene(entry)
      const id = run?.scene ?? chosenId
      const described = await host.request('settings.describe', id === undefined ? {} : { scene: id })
      const training = id === undefined || run ? null : await host.request('scenes.training', { id })
      if (!isCurrent) return
      const isFirst = filledFor.current === undefined
      filledFor.current = chosenId
      batch(() => {
        template.value = undefined
        settings.value = described
        copy.value =
          run && !(entry && isFree) ? { id: run.scene, label: `${run.sceneName} (as in ${run.run})` } : undefined
        const form = run && formOf(run, described)
        changes.value = form?.changes ?? {}
        base.value = form?.base ?? { algorithm: training?.algorithm ?? 'ddpg', preset: 'scene' }
        // What was typed while the first scene was on its way stays.
        if (run || !isFirst || length.peek() === proposed.current) {
          unit.value = run && run.budget.steps === undefined ? 'episodes' : 'steps'
          length.value = String(run?.budget.steps ?? run?.budget.episodes ?? training?.steps ?? DEFAULT_STEPS)
          proposed.current = length.peek()
        }
        if (run) seeds.value = String(run.seed)
      })
    }
    fill().catch((error: unknown) => {
      if (!isCurrent) return
      template.value = undefined
      problem.value = messageOf(error)
    })
    return () => {
      isCurrent = false
    }
  }, [chosenId, wanted, settings, changes, base, unit, length, seeds, copy, problem])

  const parsedLength = parseNumber(length.value, LENGTH_LIMITS[unit.value])
  const parsedSeeds = parseSeeds(seeds.value)
  const changed = changedSettings(settings.value, base.value, changes.value)
  const sceneId = copy.value?.id ?? (edited ? EDITED : chosenScene.value?.entry.id)
  const canStart =
    sceneId !== undefined &&
    'value' in parsedLength &&
    'value' in parsedSeeds &&
    !edited?.problems.length &&
    changed &&
    settings.value.length > 0 &&
    !isStarting.value
  const start = async () => {
    if (!canStart) return
    isStarting.value = true
    problem.value = undefined
    try {
      const { runs } = await host.request('training.start', {
        scene: edited ? { text: edited.text(), ...(edited.of !== undefined && { of: edited.of }) } : sceneId,
        [unit.value]: parsedLength.value,
        seeds: parsedSeeds.value,
        ...base.value,
        settings: changed,
        ...(engine.value !== '' && { engine: engine.value }),
      })
      chooseRun(runs[0]!)
      await refreshRuns()
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isStarting.value = false
    }
  }
  const sceneName = copy.value ? undefined : (edited?.name ?? chosenScene.value?.entry.name)
  const { algorithm, preset } = base.value
  const unreadable = unreadableSettings(settings.value, base.value, changes.value)
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
            value={sceneId ?? ''}
            options={[
              ...(copy.value ? [{ value: copy.value.id, label: copy.value.label }] : []),
              ...(edited ? [{ value: EDITED, label: `${edited.name} (as edited, not saved)` }] : []),
              ...sceneEntries.value
                .filter(({ id }) => !edited || id !== edited.of)
                .map(({ id, name, source }) => ({ value: id, label: source === 'file' ? `${name} (file)` : name })),
            ]}
            onChange={(id) => {
              if (id === copy.value?.id || id === EDITED) return undefined
              copy.value = undefined
              filledFor.current = undefined
              proposed.current = length.value
              const entry = sceneEntries.value.find((each) => each.id === id)
              return entry && chooseScene(entry)
            }}
            help={otherSceneHint(sceneName)}
          />
          <div class="train-pair">
            <Select
              label="Train for"
              value={unit.value}
              options={[
                { value: 'steps', label: 'steps' },
                { value: 'episodes', label: 'episodes' },
              ]}
              onChange={(value) => set(unit, value)}
            />
            <TextField
              label={unit.value === 'steps' ? 'Steps' : 'Episodes'}
              text={length.value}
              parsed={parsedLength}
              help={
                unit.value === 'steps' ? 'Control steps, of all episodes together.' : 'Each from its reset to its end.'
              }
              onInput={(text) => set(length, text)}
            />
            <TextField
              label="Seeds"
              text={seeds.value}
              parsed={parsedSeeds}
              help="One, a range or a list: 1-5."
              onInput={(text) => set(seeds, text)}
            />
            <Select
              label="Engine"
              value={engine.value}
              options={ENGINES}
              help={ENGINES.find(({ value }) => value === engine.value)?.help}
              onChange={(value) => set(engine, value)}
            />
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
        {edited && <EditedNote edited={edited} />}
        {unreadable.map(({ name, group }) => (
          <p key={name} class="field-problem">
            “{settingLabel(name)}” under {group} cannot be used as it is.
          </p>
        ))}
        <Button type="submit" kind="primary" icon={PlayIcon} disabled={!canStart}>
          {startLabel(isStarting.value, 'value' in parsedSeeds ? parsedSeeds.value.length : 1)}
        </Button>
      </footer>
    </form>
  )
}

/** What is trained of a scene that no file holds, or why it cannot be. */
function EditedNote({ edited: { problems } }: { edited: EditedScene }) {
  const [first, ...others] = problems
  if (first === undefined)
    return <p class="field-help">The run keeps the scene as it is now; later changes are not trained.</p>
  return (
    <Notice
      kind="error"
      action={
        <Button
          onClick={() => {
            workspace.value = 'design'
          }}
        >
          Mend it
        </Button>
      }
    >
      <strong>This scene cannot be trained yet.</strong> {first}
      {others.length > 0 && ` And ${others.length} more.`}
    </Notice>
  )
}

/** What is new is not what is on show: said where the two are of different scenes. */
function otherSceneHint(sceneName: string | undefined): string | undefined {
  const run = shownRun.value
  if (!run?.scene || sceneName === undefined || sceneName === run.scene) return undefined
  return `The run on show is of “${run.scene}”. “Train again” takes its scene and settings over.`
}

function startLabel(isStarting: boolean, count: number): string {
  if (isStarting) return 'Starting'
  return count === 1 ? 'Start' : `Start ${count} runs`
}

function namesOf<Name extends string>(record: Record<Name, unknown>): Name[] {
  return Object.keys(record) as Name[]
}

function set<Value>(signal: { value: Value }, value: Value): void {
  signal.value = value
}
