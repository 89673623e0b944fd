/** The parts that windows are laid out with: panels, toolbars, notices, badges and empty states. */
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { IconButton } from './button.tsx'
import { CloseIcon, ErrorIcon, type Icon, InfoIcon } from './icons.tsx'

export type Tone = 'neutral' | 'accent' | 'positive' | 'warning' | 'danger'

/** A titled part of the inspector. */
export function Panel({
  title,
  actions,
  children,
}: {
  title: string
  /** Small controls at the right of the title. */
  actions?: ComponentChildren
  children: ComponentChildren
}) {
  const id = useId()
  return (
    <section class="panel" aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        {actions && <div class="panel-actions">{actions}</div>}
      </header>
      <div class="panel-body">{children}</div>
    </section>
  )
}

export function Toolbar({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="toolbar" role="toolbar" aria-label={label}>
      {children}
    </div>
  )
}

/** A message in words that stays until it is dealt with. */
export function Notice({
  kind,
  children,
  action,
  onDismiss,
}: {
  kind: 'error' | 'warning' | 'info'
  children: ComponentChildren
  action?: ComponentChildren
  onDismiss?: () => void
}) {
  const Glyph = kind === 'info' ? InfoIcon : ErrorIcon
  return (
    <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <Glyph />
      <div class="notice-text">{children}</div>
      {action}
      {onDismiss && <IconButton icon={CloseIcon} label="Dismiss" kind="quiet" onClick={onDismiss} />}
    </div>
  )
}

/** What a place shows when there is nothing in it yet, and what to do about it. */
export function EmptyState({
  title,
  icon: Glyph,
  children,
  action,
}: {
  title: string
  icon?: Icon
  children?: ComponentChildren
  action?: ComponentChildren
}) {
  return (
    <div class="empty-state">
      {Glyph && <Glyph />}
      <h3>{title}</h3>
      {children && <p>{children}</p>}
      {action}
    </div>
  )
}

export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>
}

/** A named value with its unit, as transport bars and headers show it. `value` may be a signal. */
export function Readout({
  label,
  value,
  unit,
  testId,
}: {
  label: string
  value: ComponentChildren
  unit?: string
  testId?: string
}) {
  return (
    <div class="readout">
      <span class="readout-label">{label}</span>
      <span class="readout-value">
        <span data-testid={testId}>{value}</span>
        {unit && <span class="unit"> {unit}</span>}
      </span>
    </div>
  )
}
