/** The address of the window's page, and the question whether an address is one of ours. */

export const SCHEME = 'torquelab'
const HOST = 'app'

export const APP_ADDRESS = `${SCHEME}://${HOST}/index.html`

/** The parsed address, or undefined where it is none. */
export function parseAddress(address: string): URL | undefined {
  try {
    return new URL(address)
  } catch {
    return undefined
  }
}

/** Whether an address is a file of the app. Parsed, not compared as text: `torquelab://app@elsewhere/` is none. */
export function isAppAddress(address: string): boolean {
  const { protocol, host, username, password } = parseAddress(address) ?? {}
  return protocol === `${SCHEME}:` && host === HOST && username === '' && password === ''
}
