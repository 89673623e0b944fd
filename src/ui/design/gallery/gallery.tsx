/** The gallery: the built-in scenes, and the person's own with those written last first, each with a picture. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { drawnScene } from '../../../editor/drawn.ts'
import { readDraft } from '../../../editor/text.ts'
import type { SceneEntry } from '../../../host/rpc/contract.ts'
import type { Scene } from '../../../scene/schema.ts'
import { Dialog } from '../../app/actions/dialog.tsx'
import { chooseScene, openScene, refreshScenes, sceneEntries } from '../../app/state.ts'
import { Button, IconButton } from '../../controls/button.tsx'
import { CloseIcon, OpenIcon, PlusIcon } from '../../controls/icons.tsx'
import { host, shell } from '../../host.ts'
import { entry as edited, isGalleryOpen, newScene } from '../files.ts'
import './gallery.css'
import { ScenePicture } from './scene-picture.tsx'

export function Gallery() {
  const query = useSignal('')
  useEffect(() => void refreshScenes(), [])
  const close = () => {
    isGalleryOpen.value = false
  }
  /** What it opens may ask a question, which takes the gallery's place. */
  const leaveFor = (open: () => unknown) => {
    close()
    void open()
  }
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = ({ name, description, file = '' }: SceneEntry) =>
    words.every((word) => `${name} ${file} ${description}`.toLowerCase().includes(word))
  const found = sceneEntries.value.filter(fits)
  const groups = [
    { title: 'Your scenes', entries: found.filter(({ source }) => source === 'file') },
    { title: 'Built in', entries: found.filter(({ source }) => source === 'built-in') },
  ].filter(({ entries }) => entries.length > 0)
  return (
    <Dialog label="Scenes" className="gallery" onClose={close}>
      <header class="gallery-head">
        <h2>Scenes</h2>
        <input
          type="search"
          class="input"
          aria-label="Find a scene"
          placeholder="Find a scene"
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value
          }}
        />
        <Button icon={PlusIcon} onClick={() => leaveFor(newScene)}>
          New scene
        </Button>
        {/* A browser has no dialog of the machine that the host runs on. */}
        {shell === 'electron' && (
          <Button icon={OpenIcon} onClick={() => leaveFor(openScene)}>
            Open a file…
          </Button>
        )}
        <IconButton icon={CloseIcon} label="Close" kind="quiet" onClick={close} />
      </header>
      <div class="gallery-body">
        {groups.map(({ title, entries }) => (
          <section key={title} aria-label={title}>
            <h3>{title}</h3>
            <ul class="gallery-list">
              {entries.map((entry) => (
                <li key={entry.id}>
                  <Card entry={entry} onOpen={() => leaveFor(() => chooseScene(entry))} />
                </li>
              ))}
            </ul>
          </section>
        ))}
        {groups.length === 0 && <p class="muted">No scene has these words in its name or description.</p>}
      </div>
    </Dialog>
  )
}

function Card({ entry, onOpen }: { entry: SceneEntry; onOpen: () => void }) {
  const scene = useSignal<Scene | undefined>(undefined)
  const { id, name, description, file, changedAt } = entry
  useEffect(() => {
    host
      .request('scenes.text', { id })
      .then(({ text }) => {
        scene.value = drawnScene(readDraft(text, name))
      })
      // A file that is no scene any more has no picture; opening it says why.
      .catch((error) => console.warn(error))
  }, [id, changedAt])
  const isOpen = edited.value?.id === id
  return (
    <button type="button" class="gallery-card" aria-current={isOpen} onClick={onOpen}>
      <span class="gallery-picture">{scene.value && <ScenePicture scene={scene.value} />}</span>
      <span class="gallery-name">
        {name}
        {isOpen && <span class="badge accent">open</span>}
      </span>
      {file && (
        <span class="gallery-file">
          {file}
          {changedAt &&
            `, ${new Date(changedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}`}
        </span>
      )}
      <span class="gallery-words">{description}</span>
    </button>
  )
}
