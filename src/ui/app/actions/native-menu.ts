/** Gives the shell the menus of the window: Electron shows them as the system's own. */
import { effect } from '@preact/signals'
import { host } from '../../host.ts'
import { throttle } from '../../plots/throttle.ts'
import { labelOf } from './action.ts'
import { isEnabled, menus } from './registry.ts'
import { acceleratorOf } from './shortcuts.ts'

/** ms between two menus: a drag changes what can be done many times a second. */
const INTERVAL = 200

/** Sends the menus now and whenever they change. Returns how to stop. */
export function showNativeMenu(): () => void {
  let sent = ''
  let latest: ReturnType<typeof describe> = []
  const sending = throttle(() => {
    const text = JSON.stringify(latest)
    if (text === sent) return
    sent = text
    host.request('menu.show', { menus: latest }).catch((error) => console.warn(error))
  }, INTERVAL)
  const stop = effect(() => {
    latest = describe()
    sending.request()
  })
  return () => {
    stop()
    sending.cancel()
  }
}

function describe() {
  return menus.value.map(({ title, sections }) => ({
    title,
    sections: sections.map((section) =>
      section.map((action) => {
        const accelerator = acceleratorOf(action)
        return {
          name: action.name,
          label: labelOf(action),
          enabled: isEnabled(action),
          ...(accelerator && { accelerator }),
          ...(action.isChecked && { checked: action.isChecked() }),
        }
      }),
    ),
  }))
}
