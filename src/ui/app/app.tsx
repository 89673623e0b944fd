/** The window: header, workspaces, messages; and what the shell's menu asks for. */
import { effect } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Button, IconButton } from '../controls/button.tsx'
import { LogoIcon, MoonIcon, PlayIcon, SunIcon } from '../controls/icons.tsx'
import { Notice } from '../controls/layout.tsx'
import { DesignWorkspace } from '../design/design-workspace.tsx'
import { FileDialogs } from '../design/file-dialogs.tsx'
import { connected, host, reconnect, reconnections, shell } from '../host.ts'
import { replayActions } from '../replay/actions.ts'
import { DropTarget } from '../replay/drop/drop-target.tsx'
import { ReplayWorkspace } from '../replay/replay-workspace.tsx'
import { stageActions } from '../stage/actions.ts'
import { theme, toggleTheme } from '../theme/theme.ts'
import { actionsOfView } from '../train/actions.ts'
import { TrainWorkspace } from '../train/train-workspace.tsx'
import './actions/actions.css'
import { ContextMenu } from './actions/context-menu.tsx'
import { MenuBar } from './actions/menu-bar.tsx'
import { showNativeMenu } from './actions/native-menu.ts'
import { Palette } from './actions/palette.tsx'
import { performNamed, registerActions } from './actions/registry.ts'
import { ShortcutSheet } from './actions/shortcut-sheet.tsx'
import { listenForShortcuts, shortcutText } from './actions/shortcuts.ts'
import { sceneActions, WORKSPACES, windowActions } from './actions/window-actions.ts'
import { chooseScene, dismiss, messages, refreshScenes, type Workspace, workspace } from './state.ts'
import { Tabs } from './tabs.tsx'
import { Tour } from './welcome/tour.tsx'
import { Welcome } from './welcome/welcome.tsx'
import { begin, welcomeActions } from './welcome/welcome-state.ts'

for (const actions of [windowActions, sceneActions, stageActions, actionsOfView, replayActions, welcomeActions])
  registerActions(actions)

const CONTENTS: Record<Workspace, ComponentType> = {
  design: DesignWorkspace,
  train: TrainWorkspace,
  replay: ReplayWorkspace,
}

export function App() {
  useEffect(() => {
    void begin()
    const stops = [
      host.on('menu.chosen', ({ action }) => performNamed(action)),
      host.on('scenes.opened', (entry) => void chooseScene(entry)),
      listenForShortcuts(window),
      effect(() => {
        if (reconnections.value > 0) void refreshScenes()
      }),
      ...(shell === 'electron' ? [showNativeMenu()] : []),
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
        {shell === 'browser' && <MenuBar />}
        <Tabs />
        <div class="spacer" />
        {workspace.value === 'design' && (
          <Button icon={PlayIcon} shortcut={shortcutText('$mod+Enter')} onClick={() => performNamed('scene.train')}>
            Train this scene
          </Button>
        )}
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
      <Welcome />
      <Tour />
      <ContextMenu />
      <Palette />
      <ShortcutSheet />
      <FileDialogs />
      <DropTarget />
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
  return (
    <div class="banner" role="alert">
      <strong>The connection to TorqueLab’s host is lost.</strong>{' '}
      {shell === 'electron' ? (
        'Close the window and start TorqueLab again; runs are kept up to their last checkpoint.'
      ) : (
        <>
          The window tries to reach it again.{' '}
          <button type="button" class="link-button" onClick={reconnect}>
            Try now
          </button>{' '}
          If it was stopped, start it again (npm start -- serve) and open the address that it prints. Runs are kept.
        </>
      )}
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
