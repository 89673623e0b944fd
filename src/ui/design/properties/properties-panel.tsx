/**
 * The inspector of what is selected, made from the scene's schema: every field of a part, or those that several have in common.
 * Without a selection it has the scene's own: its name, its world, its task's limits.
 */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Item, SceneDraft } from '../../../editor/draft.ts'
import {
  addToList,
  type FieldValue,
  partsOf,
  removeFromList,
  setDefault,
  setField,
  sharedSection,
  valueOfField,
} from '../../../editor/properties.ts'
import type { Field, Section } from '../../../scene/fields.ts'
import { formatPath, type JsonPath } from '../../../scene/json-document.ts'
import { keysAt, valueAt } from '../../../scene/schema-lookup.ts'
import { performNamed } from '../../app/actions/registry.ts'
import { Button, IconButton } from '../../controls/button.tsx'
import { CloseIcon, PlusIcon } from '../../controls/icons.tsx'
import { editor } from '../document.ts'
import { changeDraft, changeField, type Shown } from './field-edits.ts'
import { FieldRow } from './field-row.tsx'
import './properties.css'

const ONE: Readonly<Record<Item['list'], string>> = {
  bodies: 'body',
  joints: 'joint',
  actuators: 'actuator',
  markers: 'marker',
  sensors: 'sensor',
}

/** `isEditing`: whether the robot can be changed; otherwise its fields are only read. */
export function Properties({ isEditing }: { isEditing: boolean }) {
  const { draft, selection } = editor.state.value
  const parts = partsOf(draft, selection)
  const help = useSignal('')
  const key = parts.map(formatPath).join()
  useEffect(() => {
    help.value = ''
  }, [key])
  const words = wordsFor(selection)
  // The same as long as the same parts are shown, so that a field is drawn anew only where its value changes.
  const shown = useMemo((): Shown => ({ parts, words }), [key, words])
  const values = useRef(new Map<string, FieldValue>())
  if (parts.length === 0) return null
  const section = sharedSection(draft, parts)
  const problems = ownProblems(shown)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys come from the fields inside
    <div class="properties" onKeyDown={undoFromField}>
      <header class="properties-head">
        <h2>{titleFor(draft, selection)}</h2>
        {selection.length > 1 && <p class="field-help">What is changed here is changed in all of them.</p>}
        <OtherProblems isScene={selection.length === 0} section={section} problems={problems} />
      </header>
      {!isEditing && (
        <div class="properties-other">
          <p class="field-help">The scene is in play: its robot is changed at the start.</p>
          <Button kind="quiet" onClick={() => performNamed('play.reset')}>
            Reset
          </Button>
        </div>
      )}
      <fieldset class="properties-fields" aria-label="Fields" disabled={!isEditing}>
        <SectionBody {...{ draft, shown, section, help, problems }} values={values.current} level={0} />
      </fieldset>
      <output class="properties-help" aria-hidden="true">
        {help.value || 'Numbers may be typed as formulas: 2*pi/3, 1/3, 30° for an angle.'}
      </output>
    </div>
  )
}

/** In a field where nothing has been typed yet, undo and redo are the scene's and not the field's. */
function undoFromField(event: KeyboardEvent): void {
  const key = event.key.toLowerCase()
  if (!(event.ctrlKey || event.metaKey) || event.altKey || (key !== 'z' && key !== 'y')) return
  if (event.target instanceof HTMLElement && event.target.dataset.typing === 'true') return
  performNamed(key === 'y' || event.shiftKey ? 'edit.redo' : 'edit.undo')
  event.preventDefault()
  event.stopPropagation()
}

interface SectionProps {
  draft: SceneDraft
  shown: Shown
  section: Section
  help: Signal<string>
  /** The last value of each field, so that one that is the same stays the same. */
  values: Map<string, FieldValue>
  problems: readonly OwnProblem[]
  level: number
}

/** A problem of a shown part. */
interface OwnProblem {
  /** Of the scene. */
  path: string
  /** From the part. */
  inside: string
  message: string
}

function ownProblems({ parts }: Shown): OwnProblem[] {
  const places = parts.map(formatPath)
  return editor.problems.value.flatMap(({ path, message }) => {
    const place = places.find((each) => each === '' || isAt(path, each))
    return place === undefined ? [] : [{ path, inside: path.slice(place.length).replace(/^\./, ''), message }]
  })
}

/** Whether a path is of a place, or of something in it. */
function isAt(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}[`) || path.startsWith(`${place}.`)
}

function SectionBody({ draft, shown, section, help, values, problems, level }: SectionProps) {
  const problemOf = ({ path }: Field) => {
    const place = formatPath(path)
    return problems.find(({ inside }) => isAt(inside, place))?.message
  }
  return (
    <>
      {section.fields.length > 0 && (
        <div class="property-list">
          {section.fields.map((field) => (
            <FieldRow
              key={formatPath(field.path)}
              shown={shown}
              field={field}
              value={sameValue(values, formatPath(field.path), valueOfField(draft, shown.parts, field.path))}
              problem={problemOf(field)}
              help={help}
            />
          ))}
        </div>
      )}
      {section.sections.map((inner) => (
        <InnerSection
          key={formatPath(inner.path)}
          {...{ draft, shown, help, values, problems }}
          section={inner}
          level={level + 1}
        />
      ))}
      {section.list && <AddToList shown={shown} section={section} />}
    </>
  )
}

function sameValue(values: Map<string, FieldValue>, key: string, value: FieldValue): FieldValue {
  const last = values.get(key)
  if (last && JSON.stringify(last) === JSON.stringify(value)) return last
  values.set(key, value)
  return value
}

function InnerSection({ draft, shown, section, help, values, problems, level }: SectionProps) {
  const isEntry = typeof section.path.at(-1) === 'number'
  const Title = level > 1 ? 'h4' : 'h3'
  const remove = () => {
    const label = section.title.toLowerCase()
    if (isEntry)
      changeDraft(`Remove ${label} of ${shown.words}`, (now) => removeFromList(now, shown.parts, section.path))
    else changeField(shown, { path: section.path, label } as Field, undefined)
  }
  return (
    <section
      class="property-section"
      aria-label={section.title}
      data-path={formatPath([...(shown.parts[0] ?? []), ...section.path])}
    >
      <header>
        <Title title={section.help}>{section.title}</Title>
        {section.isOptional && !section.isPresent && (
          <Button
            kind="quiet"
            icon={PlusIcon}
            title={section.help}
            onClick={() =>
              changeDraft(`Set ${section.title.toLowerCase()} of ${shown.words}`, (now) =>
                setDefault(now, shown.parts, section.path),
              )
            }
          >
            Set
          </Button>
        )}
        {(isEntry || (section.isOptional && section.isPresent)) && (
          <IconButton icon={CloseIcon} kind="quiet" label={`Remove ${section.title.toLowerCase()}`} onClick={remove} />
        )}
      </header>
      {(section.isPresent || !section.isOptional) && (
        <SectionBody {...{ draft, shown, section, help, values, problems, level }} />
      )}
    </section>
  )
}

function AddToList({ shown, section }: { shown: Shown; section: Section }) {
  const { one, variants } = section.list!
  const id = `add-to-${formatPath(section.path)}`
  return (
    <div class="property-add">
      <label for={id}>Add a {one}</label>
      <select
        id={id}
        class="select"
        value=""
        onChange={(event) => {
          const variant = event.currentTarget.value
          event.currentTarget.value = ''
          changeDraft(`Add a ${one} to ${shown.words}`, (now) => addToList(now, shown.parts, section.path, variant))
        }}
      >
        <option value="" disabled>
          choose…
        </option>
        {variants.map((variant) => (
          <option key={variant} value={variant}>
            {variant}
          </option>
        ))}
      </select>
    </div>
  )
}

/** Problems of the shown parts that are of no field: a key that is not known, or a part that fits no schema. */
function OtherProblems({
  isScene,
  section,
  problems,
}: {
  isScene: boolean
  section: Section
  problems: readonly OwnProblem[]
}) {
  const known = fieldPaths(section)
  const found = problems.filter(({ inside }) =>
    // The scene's lists are not its fields.
    isScene ? inside === '' : !known.some((field) => isAt(inside, field)),
  )
  return (
    <>
      {found.map(({ path, message }) => {
        const stray = strayKey(path)
        return (
          <div key={`${path} ${message}`} class="properties-other">
            <p class="field-problem" role="alert">
              {message}
            </p>
            {stray && (
              <Button
                kind="quiet"
                onClick={() => changeDraft('Remove a key', (draft) => setField(draft, [[]], stray, undefined))}
              >
                Remove it
              </Button>
            )}
          </div>
        )
      })}
    </>
  )
}

/** The path of a key that the schema does not know; undefined where a path is of something else. */
function strayKey(path: string): JsonPath | undefined {
  const parts = path.match(/[^.[\]]+/g)?.map((part) => (/^\d+$/.test(part) ? Number(part) : part)) ?? []
  const [owner, key] = [parts.slice(0, -1), parts.at(-1)]
  const draft = editor.draft.peek()
  if (typeof key !== 'string' || valueAt(draft, parts) === undefined) return undefined
  const known = keysAt(owner, draft)
  return known.length > 0 && !known.includes(key) ? parts : undefined
}

function fieldPaths({ fields, sections }: Section): string[] {
  return [...fields.map(({ path }) => formatPath(path)), ...sections.flatMap(fieldPaths)]
}

/** What undo calls what is changed. */
function wordsFor(selection: readonly Item[]): string {
  if (selection.length === 0) return 'the scene'
  return selection.length === 1 ? selection[0]!.name : countOf(selection)
}

function titleFor(draft: SceneDraft, selection: readonly Item[]): string {
  const [first, ...others] = selection
  if (!first) return `Scene ${String(draft.name ?? '')}`.trim()
  return others.length > 0 ? countOf(selection) : `${capital(ONE[first.list])} ${first.name}`
}

function countOf(selection: readonly Item[]): string {
  const lists = new Set(selection.map(({ list }) => list))
  return `${selection.length} ${lists.size === 1 ? selection[0]!.list : 'parts'}`
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
