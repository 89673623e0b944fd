/**
 * A formula in CodeMirror: completion of names with their units, what is wrong at its character, and help for the name under the
 * pointer. It lives in a shadow tree, where CodeMirror's styles are a constructed sheet: the page's content security policy
 * forbids style elements, and stays as strict as it is.
 */
import { autocompletion, type CompletionContext, closeBrackets, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching } from '@codemirror/language'
import { type Diagnostic, forceLinting, linter } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { EditorView, hoverTooltip, keymap, tooltips } from '@codemirror/view'
import { type FormulaName, type FormulaProblem, nameAt } from './formula-names.ts'

export interface FormulaEditorOptions {
  text: string
  label: string
  /** Every change of the text. */
  onChange: (text: string) => void
  /** The editor lost the focus, or Enter was pressed: what was typed is one step. */
  onDone: () => void
  names: () => readonly FormulaName[]
  problem: (text: string) => FormulaProblem | undefined
}

const THEME = EditorView.theme({
  '&': { fontSize: '12px', color: 'var(--text)', background: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-content': { fontFamily: 'var(--font-mono)', padding: '4px 6px', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-matchingBracket': { background: 'var(--accent-soft)', color: 'var(--accent)' },
  '.cm-tooltip': {
    border: '1px solid var(--line-strong)',
    borderRadius: '4px',
    background: 'var(--surface-2)',
    color: 'var(--text)',
    boxShadow: 'var(--shadow)',
    fontFamily: 'var(--font)',
    fontSize: '12px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', maxHeight: '180px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--accent-soft)', color: 'var(--text)' },
  '.cm-completionDetail': { color: 'var(--text-faint)', fontStyle: 'normal', marginLeft: '1em' },
  '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent)', fontWeight: '600' },
  '.cm-tooltip.cm-completionInfo': { padding: '4px 8px', maxWidth: '220px' },
  '.cm-diagnostic': { padding: '4px 8px', maxWidth: '320px' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--danger)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--danger)',
    textDecorationSkipInk: 'none',
  },
  '.formula-help': { padding: '4px 8px', maxWidth: '320px' },
  '.formula-help strong': { fontFamily: 'var(--font-mono)' },
})

export class FormulaEditor {
  private readonly view: EditorView
  private isReplacing = false
  /** Texts that were typed and whose echo by setText is still to come. */
  private typed: string[] = []

  constructor(host: HTMLElement, options: FormulaEditorOptions) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
    const { names, problem, onChange, onDone } = options
    const findProblems = ({ state }: EditorView): Diagnostic[] => {
      const text = state.doc.toString()
      const found = problem(text)
      if (!found) return []
      const from = Math.min(found.index, text.length)
      const to = Math.max(nameAt(text, from)?.to ?? from, Math.min(from + 1, text.length))
      return [{ from, to, severity: 'error', message: found.message }]
    }
    const help = hoverTooltip((view, position) => {
      const at = nameAt(view.state.doc.toString(), position)
      const known = at && names().find(({ name }) => name === at.name)
      if (!at || !known) return null
      return { pos: at.from, end: at.to, above: true, create: () => ({ dom: helpElement(known) }) }
    })
    this.view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: options.text,
        extensions: [
          // Enter is done, not a line.
          keymap.of([
            ...completionKeymap,
            {
              key: 'Enter',
              run: () => {
                onDone()
                return true
              },
            },
            // Tab goes to the next control, as everywhere.
            ...defaultKeymap.filter(({ key }) => key !== 'Tab' && key !== 'Enter'),
            ...historyKeymap,
          ]),
          history(),
          closeBrackets(),
          bracketMatching(),
          autocompletion({ override: [(context) => complete(context, names())], icons: false }),
          linter(findProblems, { delay: 150 }),
          help,
          tooltips({ position: 'fixed' }),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false', role: 'textbox' }),
          EditorState.transactionFilter.of((transaction) =>
            transaction.newDoc.lines > 1 && transaction.docChanged
              ? [
                  {
                    changes: {
                      from: 0,
                      to: transaction.startState.doc.length,
                      insert: oneLine(transaction.newDoc.toString()),
                    },
                  },
                ]
              : transaction,
          ),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !this.isReplacing) {
              const text = update.state.doc.toString()
              this.typed.push(text)
              onChange(text)
            }
            if (update.focusChanged && !update.view.hasFocus) onDone()
          }),
          THEME,
        ],
      }),
    })
  }

  /** Shows another text, as after undo. The echo of what was typed changes nothing: more may have been typed since. */
  setText(text: string): void {
    const echo = this.typed.indexOf(text)
    this.typed = this.typed.slice(echo + 1)
    if (echo >= 0) return
    const now = this.view.state.doc.toString()
    if (now === text) return
    this.isReplacing = true
    this.view.dispatch({ changes: { from: 0, to: now.length, insert: text } })
    this.isReplacing = false
  }

  /** Checks again: what may be named has changed. */
  recheck(): void {
    forceLinting(this.view)
  }

  focus(at?: number): void {
    this.view.focus()
    if (at !== undefined) this.view.dispatch({ selection: { anchor: Math.min(at, this.view.state.doc.length) } })
  }

  /** Takes the focus with all of its text selected: what is typed takes its place. */
  selectAll(): void {
    this.view.focus()
    this.view.dispatch({ selection: { anchor: 0, head: this.view.state.doc.length } })
  }

  destroy(): void {
    this.view.destroy()
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ')
}

function complete(context: CompletionContext, names: readonly FormulaName[]) {
  // The focus may be elsewhere by the time that completion is asked for.
  if (context.view && !context.view.hasFocus) return null
  const word = context.matchBefore(/[A-Za-z_][A-Za-z0-9_.]*/)
  if (!word && !context.explicit) return null
  return {
    from: word?.from ?? context.pos,
    validFor: /^[A-Za-z0-9_.]*$/,
    options: names.map(({ name, kind, detail, meaning }) => ({
      label: name,
      type: kind,
      detail,
      info: meaning,
      ...(kind === 'function' && {
        apply: (view: EditorView, _: unknown, from: number, to: number) => {
          const isCalled = view.state.sliceDoc(to, to + 1) === '('
          view.dispatch({
            changes: { from, to, insert: isCalled ? name : `${name}()` },
            selection: { anchor: from + name.length + 1 },
          })
        },
      }),
      // Sensors are what formulas are mostly made of.
      boost: kind === 'sensor' ? 1 : 0,
    })),
  }
}

function helpElement({ name, detail, meaning }: FormulaName): HTMLElement {
  const element = document.createElement('div')
  element.className = 'formula-help'
  const title = document.createElement('strong')
  title.textContent = name
  element.append(title, ` ${detail}`, document.createElement('br'), meaning)
  return element
}
