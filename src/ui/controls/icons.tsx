/** The icons: inline SVG on a 16 × 16 grid in the text's colour. They carry no name; the control that shows one does. */
import type { ComponentChildren } from 'preact'

export function icon(content: ComponentChildren, filled = false) {
  return () => (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill={filled ? 'currentColor' : 'none'}
      stroke={filled ? 'none' : 'currentColor'}
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {content}
    </svg>
  )
}

export type Icon = () => preact.JSX.Element

export const PlayIcon = icon(
  <path d="M4.5 2.8v10.4c0 .5.5.8.9.5l8-5.2c.4-.2.4-.8 0-1l-8-5.2c-.4-.3-.9 0-.9.5z" />,
  true,
)
export const PauseIcon = icon(<path d="M4 2.5h2.6v11H4zM9.4 2.5H12v11H9.4z" />, true)
export const StepIcon = icon(
  <path d="M3 3v10c0 .4.4.6.7.4l6.8-5c.3-.2.3-.6 0-.8l-6.8-5C3.4 2.4 3 2.6 3 3zM11.5 2.5h2v11h-2z" />,
  true,
)
export const StepBackIcon = icon(
  <path d="M13 3v10c0 .4-.4.6-.7.4l-6.8-5c-.3-.2-.3-.6 0-.8l6.8-5c.3-.2.7 0 .7.4zM2.5 2.5h2v11h-2z" />,
  true,
)
export const ToStartIcon = icon(<path d="M3 3v10M13 3.5v9L6 8z" />)
export const ToEndIcon = icon(<path d="M13 3v10M3 3.5v9L10 8z" />)
export const ResetIcon = icon(<path d="M3.2 6.2A5.2 5.2 0 1 1 2.8 9M3 2.5v3.8h3.8" />)
export const StopIcon = icon(<rect x="3.5" y="3.5" width="9" height="9" rx="1" />, true)
export const FitIcon = icon(<path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10M6.2 6.2h3.6v3.6H6.2z" />)
export const FollowIcon = icon(
  <path d="M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.5v3M8 11.5v3M1.5 8h3M11.5 8h3" />,
)
export const LoopIcon = icon(
  <path d="M11 1.8l2.2 2.2L11 6.2M13 4H5.5A3 3 0 0 0 2.5 7v.8M5 14.2L2.8 12 5 9.8M3 12h7.5a3 3 0 0 0 3-3v-.8" />,
)
export const RecordIcon = icon(<circle cx="8" cy="8" r="4.5" />, true)
export const OpenIcon = icon(<path d="M1.8 12.8V3.5h4l1.5 1.8h5.5v2M1.8 12.8l2-5.5h10.7l-2 5.5z" />)
export const SunIcon = icon(
  <path d="M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM8 1.2v1.3M8 13.5v1.3M1.2 8h1.3M13.5 8h1.3M3.2 3.2l.9.9M11.9 11.9l.9.9M12.8 3.2l-.9.9M4.1 11.9l-.9.9" />,
)
export const MoonIcon = icon(<path d="M13.5 9.7A5.8 5.8 0 0 1 6.3 2.5a5.8 5.8 0 1 0 7.2 7.2z" />)
export const CloseIcon = icon(<path d="M4 4l8 8M12 4l-8 8" />)
export const ErrorIcon = icon(<path d="M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8zM8 4.8v4M8 11.2v.1" />)
export const InfoIcon = icon(<path d="M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8zM8 7.3v4M8 4.8v.1" />)
export const TrashIcon = icon(<path d="M2.5 4.2h11M6 4V2.5h4V4M4 4.5l.6 9h6.8l.6-9M6.6 7v4M9.4 7v4" />)
export const CheckIcon = icon(<path d="M3 8.5l3.2 3.2L13 4.8" />)
export const UpIcon = icon(<path d="M3.5 10L8 5.5l4.5 4.5" />)
export const DownIcon = icon(<path d="M3.5 6L8 10.5 12.5 6" />)
export const PlusIcon = icon(<path d="M8 3v10M3 8h10" />)
export const MinusIcon = icon(<path d="M3 8h10" />)
export const LogoIcon = icon(<path d="M8 8l3.8-5.5M4.3 4.6A5.5 5.5 0 1 0 13 7M13.8 9.6L13 7l-2.6.8M8 8h.1" />)
