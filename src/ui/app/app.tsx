/** The window: header, workspaces, messages; and what the shell's menu asks for. */
import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { EventPayload } from '../../host/rpc/contract.ts'
import { IconButton } from '../controls/button.tsx'
import { LogoIcon, MoonIcon, SunIcon } from '../controls/icons.tsx'
import { Notice } from '../controls/layout.tsx'
import { DesignWorkspace } from '../design/design-workspace.tsx'
import { connected, host, shell } from '../host.ts'
import { ReplayWorkspace } from '../replay/replay-workspace.tsx'
import { theme, toggleTheme } from '../theme/theme.ts'
import { TrainWorkspace } from '../train/train-workspace.tsx'
import { chooseScene, dismiss, messages, openScene, refreshScenes, type Workspace, workspace } from './state.ts'
import { Tabs, WORKSPACES } from './tabs.tsx'

const CONTENTS: Record<Workspace, ComponentType> = {
  design: DesignWorkspace,
  train: TrainWorkspace,
  replay: ReplayWorkspace,
}

export function App() {
  useEffect(() => {
    void refreshScenes()
    const stops = [
      host.on('menu.chosen', ({ action }) => performMenuAction(action)),
      host.on('scenes.opened', (entry) => void chooseScene(entry)),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [])
  return (
    <div class="app">
      <header class="header">
        <h1 class="product">
          <LogoIcon />
          TorqueLab
        </h1>
        <Tabs />
        <div class="spacer" />
        <IconButton
          icon={theme.value === 'dark' ? SunIcon : MoonIcon}
          label={theme.value === 'dark' ? 'Light theme' : 'Dark theme'}
          kind="quiet"
          onClick={toggleTheme}
        />
      </header>
      {!connected.value && <ConnectionLost />}
      <main class="workspaces">
        {WORKSPACES.map(({ id }) => (
          <WorkspacePanel key={id} id={id} />
        ))}
      </main>
      <Messages />
    </div>
  )
}

/** Mounted when it is first seen, and from then on only hidden: so its state and its picture stay. */
function WorkspacePanel({ id }: { id: Workspace }) {
  const wasShown = useRef(false)
  const isShown = workspace.value === id
  wasShown.current ||= isShown
  const Content = CONTENTS[id]
  return (
    <div id={`workspace-${id}`} class="workspace-panel" role="tabpanel" aria-labelledby={`tab-${id}`} hidden={!isShown}>
      {wasShown.current && <Content />}
    </div>
  )
}

function ConnectionLost() {
  const help =
    shell === 'electron'
      ? 'Close the window and start TorqueLab again; runs are kept up to their last checkpoint.'
      : 'If it was stopped, start it again (npm start -- serve) and open the address that it prints. Runs are kept.'
  return (
    <div class="banner" role="alert">
      <strong>The connection to TorqueLab’s host is lost.</strong> {help}
    </div>
  )
}

function Messages() {
  return (
    <div class="messages" aria-live="polite">
      {messages.value.map(({ id, kind, text }) => (
        <Notice key={id} kind={kind} onDismiss={() => dismiss(id)}>
          {text}
        </Notice>
      ))}
    </div>
  )
}

function performMenuAction(action: EventPayload<'menu.chosen'>['action']): void {
  switch (action) {
    case 'open-scene':
      void openScene()
      break
    case 'toggle-theme':
      toggleTheme()
      break
    case 'workspace-design':
      workspace.value = 'design'
      break
    case 'workspace-train':
      workspace.value = 'train'
      break
    case 'workspace-replay':
      workspace.value = 'replay'
      break
  }
}
