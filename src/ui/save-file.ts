/** Gives the person a file: in Electron by the system's dialog, in a browser as a download. */
import { host, shell } from './host.ts'

/** Returns whether it was saved; a browser does not say. */
export async function saveFile(name: string, content: string | Blob): Promise<boolean> {
  const blob = typeof content === 'string' ? new Blob([content]) : content
  if (shell === 'electron') {
    const { saved } = await host.request('files.save', { name, content: await base64Of(blob) })
    return saved
  }
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
  return true
}

/** Throws where the blob cannot be read. */
export function base64Of(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(String(reader.result).replace(/^[^,]*,/, '')))
    reader.addEventListener('error', () => reject(reader.error))
    reader.readAsDataURL(blob)
  })
}
