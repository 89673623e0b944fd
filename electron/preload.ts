/** The bridge: all that the window's page has of Electron are these two functions. */
import { contextBridge, ipcRenderer } from 'electron'

/** A sandboxed preload script cannot load a second file, so the word is here again. */
const channel: typeof import('./window-channel.ts').CHANNEL = 'torquelab:message'

contextBridge.exposeInMainWorld('torquelab', {
  post: (text: unknown): void => ipcRenderer.send(channel, text),
  on: (listener: (text: string) => void): void => {
    // The event carries Electron's own objects: they stay here.
    ipcRenderer.on(channel, (_event, text: string) => listener(text))
  },
})
