/**
 * What no page may do, whatever it is: leave the app's address, open windows, embed others, ask for permissions,
 * download, or reach the network. Links to a few known sites open in the system's browser instead.
 */
import { type Session, shell, type WebContents } from 'electron'
import { isAppAddress, parseAddress } from './address.ts'
import type { Log } from './log.ts'

/** Sites that the app itself points to. */
const KNOWN_SITES = ['arxiv.org', 'foxglove.dev', 'mcap.dev', 'rapier.rs']

/** Every scheme by which a page could reach beyond its own files. */
const OUTSIDE = ['http', 'https', 'ws', 'wss', 'ftp', 'file'].map((scheme) => `${scheme}://*/*`)

export function isKnownSite(address: string): boolean {
  const { protocol, host, username } = parseAddress(address) ?? {}
  return protocol === 'https:' && username === '' && KNOWN_SITES.some((site) => host === site || host === `www.${site}`)
}

/** Opens a page of a known site in the system's browser; anything else is refused and logged. */
export function openExternally(address: string, log: Log): void {
  if (isKnownSite(address)) void shell.openExternal(address).catch((error) => log(`the browser did not open: ${error}`))
  else log(`refused: opening ${address}`)
}

/** Denies every permission, download and request to the network. The policy in the page's headers says so too: two locks. */
export function guardSession(session: Session, log: Log): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    log(`refused: the permission "${permission}"`)
    answer(false)
  })
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event, item) => {
    log(`refused: the download of ${item.getURL()}`)
    event.preventDefault()
  })
  session.webRequest.onBeforeRequest({ urls: OUTSIDE }, ({ url }, answer) => {
    log(`refused: a request to ${url}`)
    answer({ cancel: true })
  })
}

/** Keeps a page where it is. */
export function guardContents(contents: WebContents, log: Log): void {
  const stay = (event: { preventDefault(): void; url: string }): void => {
    if (isAppAddress(event.url)) return
    event.preventDefault()
    log(`refused: going to ${event.url}`)
  }
  contents.on('will-navigate', stay)
  contents.on('will-frame-navigate', (event) => {
    // The main frame's have been seen above.
    if (!event.isMainFrame) stay(event)
  })
  contents.on('will-redirect', stay)
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
    log('refused: a page inside the page')
  })
  contents.setWindowOpenHandler(({ url }) => {
    openExternally(url, log)
    return { action: 'deny' }
  })
}
