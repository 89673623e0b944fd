/** A formula of the task as a field: the editor, and what is wrong below it, in words. */
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks'
import type { Scene } from '../../../scene/schema.ts'
import { FormulaEditor } from './formula-editor.ts'
import { namesFor, problemOfFormula, type TaskList } from './formula-names.ts'

export function FormulaField({
  label,
  text,
  list,
  scene,
  takesFocus = false,
  onChange,
  onDone,
}: {
  label: string
  text: string
  list: TaskList
  /** What it may name. */
  scene: Scene
  /** Whether it is typed into as soon as it is there. */
  takesFocus?: boolean
  onChange: (text: string) => void
  onDone?: () => void
}) {
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<FormulaEditor>(undefined)
  const latest = useRef({ list, scene, onChange, onDone })
  latest.current = { list, scene, onChange, onDone }
  const id = useId()
  const problem = problemOfFormula(text, list, scene)
  useLayoutEffect(() => {
    const created = new FormulaEditor(host.current!, {
      text,
      label,
      onChange: (next) => latest.current.onChange(next),
      onDone: () => latest.current.onDone?.(),
      names: () => namesFor(latest.current.list, latest.current.scene),
      problem: (typed) => problemOfFormula(typed, latest.current.list, latest.current.scene),
    })
    editor.current = created
    if (takesFocus) created.selectAll()
    return () => created.destroy()
    // Its text follows by setText.
  }, [label])
  // Before anything can be typed: later it would take the place of what was.
  useLayoutEffect(() => editor.current?.setText(text), [text])
  useEffect(() => editor.current?.recheck(), [scene])
  return (
    <div class={problem ? 'formula invalid' : 'formula'}>
      <div ref={host} class="formula-editor" aria-describedby={problem ? id : undefined} />
      {problem && (
        <div id={id} class="field-problem" role="alert">
          {problem.message} (character {problem.index + 1})
        </div>
      )}
    </div>
  )
}
