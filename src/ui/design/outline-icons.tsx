/** The icons of the outline: what a part of a scene is, and whether it is seen and can be moved. */
import { type Icon, icon } from '../controls/icons.tsx'

const BodyIcon = icon(<path d="M4.5 11.5l7-7M3 9.6a2 2 0 0 0 3.4 3.4l6.6-6.6A2 2 0 0 0 9.6 3z" />)
const FixedIcon = icon(<path d="M1.5 6h13M3 6l-1.5 4M7 6l-1.5 4M11 6l-1.5 4M14.5 6L13 10" />)
const KinematicIcon = icon(<path d="M3 5.5h10v5H3zM8 1.5v2M8 12.5v2M6.5 3L8 1.5 9.5 3M6.5 13L8 14.5 9.5 13" />)
const HingeIcon = icon(<path d="M8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6zM6.5 9L2.5 13M9.5 7l4-4" />)
const SliderIcon = icon(<path d="M1.5 8h13M5.5 5.5h5v5h-5z" />)
const WeldIcon = icon(<path d="M2 8h4M10 8h4M6 5.5l4 5M10 5.5l-4 5" />)
const MotorIcon = icon(<path d="M12.8 9.8A5 5 0 1 1 12.6 6M13 2.8V6H9.8M8 7.4a.6.6 0 1 1 0 1.2.6.6 0 0 1 0-1.2z" />)
const ForceIcon = icon(<path d="M2 8h11M9.5 4.5L13 8l-3.5 3.5M2 5.5v5" />)
const MarkerIcon = icon(<path d="M8 1.8a4 4 0 0 1 4 4c0 3-4 8.4-4 8.4S4 8.8 4 5.8a4 4 0 0 1 4-4zM8 5.3v1" />)
const SensorIcon = icon(
  <path d="M3 13.5h.1M3 9.5a4 4 0 0 1 4 4M3 5.8a7.7 7.7 0 0 1 7.7 7.7M3 2.2a11.3 11.3 0 0 1 11.3 11.3" />,
)
const UnknownIcon = icon(<path d="M5.8 5.8a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.7M8 12.2v.1" />)

export const EyeIcon = icon(
  <path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6z" />,
)
export const HiddenIcon = icon(
  <path d="M2 2l12 12M6.2 4.1A6.3 6.3 0 0 1 8 3.8c4 0 6.5 4.2 6.5 4.200a12 12 0 0 1-1.8 2.200M10.2 11.700A5.8 5.8 0 0 1 8 12.200C4 12.2 1.5 8 1.5 8A12 12 0 0 1 4 5.3" />,
)
export const LockIcon = icon(<path d="M4 7.500h8v6H4zM5.5 7.500V5a2.5 2.5 0 0 1 5 0v2.5" />)
export const UnlockIcon = icon(<path d="M4 7.500h8v6H4zM5.5 7.500V5a2.5 2.5 0 0 1 4.8-1" />)
export const OpenGroupIcon = icon(<path d="M4.5 6.500L8 10l3.5-3.5" />)
export const ClosedGroupIcon = icon(<path d="M6.5 4.500L10 8l-3.5 3.5" />)

const TYPES: Readonly<Record<string, Icon>> = {
  dynamic: BodyIcon,
  fixed: FixedIcon,
  kinematic: KinematicIcon,
  hinge: HingeIcon,
  slider: SliderIcon,
  weld: WeldIcon,
  torque: MotorIcon,
  velocity: MotorIcon,
  position: MotorIcon,
  force: ForceIcon,
  thruster: ForceIcon,
  marker: MarkerIcon,
  contact: SensorIcon,
  ray: SensorIcon,
}

/** The icon of a kind of body, or of a type of joint, actuator, marker or sensor. */
export function iconOf(type: string): Icon {
  return TYPES[type] ?? UnknownIcon
}
