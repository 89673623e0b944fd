/** The settings of a new run, in groups that open and close; a closed one says what is changed or wrong in it. */
import type { Setting } from '../../host/rpc/contract.ts'
import { IconButton } from '../controls/button.tsx'
import { Checkbox, DecimalInput, Field, Select } from '../controls/field.tsx'
import { ResetIcon } from '../controls/icons.tsx'
import {
  type Base,
  type Changes,
  changedSettings,
  groupSettings,
  isChanged,
  parseSetting,
  presetValue,
  settingHelp,
  settingLabel,
  settingText,
  textOf,
} from './settings-form.ts'

interface FormState {
  base: Base
  changes: { value: Changes }
}

export function SettingGroups({ settings, ...state }: FormState & { settings: readonly Setting[] }) {
  return (
    <>
      {groupSettings(settings).map((group) => (
        <SettingGroup key={group.title} {...group} {...state} />
      ))}
    </>
  )
}

function SettingGroup({ title, settings, base, changes }: FormState & { title: string; settings: readonly Setting[] }) {
  const changed = changedSettings(settings, base, changes.value)
  const count = Object.keys(changed ?? {}).length
  return (
    <details class="train-group">
      <summary>
        <span>{title}</span>
        {!changed && <span class="field-problem">to be mended</span>}
        {count > 0 && <span class="train-group-changed">{count} changed</span>}
      </summary>
      <div class="train-group-body">
        {settings.map((setting) => (
          <SettingRow key={setting.name} setting={setting} base={base} changes={changes} />
        ))}
      </div>
    </details>
  )
}

function SettingRow({ setting, base, changes }: FormState & { setting: Setting }) {
  const { name } = setting
  const label = settingLabel(name)
  const differs = isChanged(setting, base, changes.value)
  const standard = settingText(presetValue(setting, base))
  const reset = () => {
    const { [name]: _, ...others } = changes.value
    changes.value = others
  }
  return (
    <div class={differs ? 'train-setting changed' : 'train-setting'}>
      <SettingControl
        setting={setting}
        text={textOf(setting, base, changes.value)}
        onInput={(text) => {
          changes.value = { ...changes.value, [name]: text }
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

/** A tick, a choice or a text, as the setting's kind asks for. */
function SettingControl({
  setting,
  text,
  onInput,
}: {
  setting: Setting
  text: string
  onInput: (text: string) => void
}) {
  const { name, kind, choices = [] } = setting
  const help = settingHelp(setting.help)
  const label = settingLabel(name)
  if (kind === 'boolean') {
    return (
      <Checkbox label={label} help={help} checked={text === 'true'} onChange={(checked) => onInput(String(checked))} />
    )
  }
  if (kind === 'choice') {
    const options = choices.map((choice) => ({ value: choice, label: choice }))
    return <Select label={label} help={help} value={text} options={options} onChange={onInput} />
  }
  return <TextField label={label} help={help} text={text} parsed={parseSetting(setting, text)} onInput={onInput} />
}

export function TextField({
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
          <DecimalInput
            id={id}
            describedBy={describedBy}
            text={text}
            isWrong={problem !== undefined}
            onInput={onInput}
          />
        </div>
      )}
    </Field>
  )
}
