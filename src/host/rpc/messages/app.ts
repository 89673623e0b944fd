/** Requests about the app itself: its window, its menus, and what it remembers of the person. */
import * as z from 'zod'
import { define, done, nothing, plainName, sceneText } from './parts.ts'

/** What a file is called where it is saved first; the person may say otherwise. */
const fileName = z
  .string()
  .max(160)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_. -]*$/, 'a file name')

/** What a window can do now, as menus: the shell shows them where the system has a place for them. */
export const menu = z.strictObject({
  title: z.string().max(40),
  sections: z
    .array(
      z
        .array(
          z.strictObject({
            /** Comes back by the event `menu.chosen`. */
            name: z.string().max(4200),
            label: z.string().max(200),
            enabled: z.boolean(),
            /** For what can be on or off. */
            checked: z.boolean().optional(),
            /** In Electron's notation. The window itself listens for the key. */
            accelerator: z.string().max(40).optional(),
          }),
        )
        .max(200),
    )
    .max(20),
})

export const appRequests = {
  'app.info': define(
    nothing,
    z.object({
      version: z.string(),
      shell: z.enum(['electron', 'browser']),
      versions: z.record(z.string(), z.string()),
      runsFolder: z.string(),
    }),
  ),
  /** The shell's menus become these and its own items; nothing happens in browser mode. */
  'menu.show': define(z.strictObject({ menus: z.array(menu).max(20) }), done),
  /** Saves a file where the person says, in the system's dialog; refused where there is none (browser mode). */
  'files.save': define(z.strictObject({ name: fileName, content: z.base64() }), z.object({ saved: z.boolean() })),
  /** Whether the window has changes that closing it would lose; the shell then asks it first (`window.closing`). */
  'window.unsaved': define(z.strictObject({ unsaved: z.boolean() }), done),
  /** Closes the window without a question; nothing happens in browser mode. */
  'window.close': define(nothing, done),
  /** What is remembered of the person between starts. */
  'user.read': define(nothing, z.object({ tourEnded: z.boolean() })),
  'user.write': define(z.strictObject({ tourEnded: z.boolean() }), done),
  /** What windows were editing when they ended without saving, the newest first. */
  'drafts.list': define(
    nothing,
    z.array(z.object({ key: z.string(), name: z.string(), savedAt: z.string(), text: z.string() })),
  ),
  'drafts.write': define(z.strictObject({ key: plainName, name: z.string().max(200), text: sceneText }), done),
  'drafts.discard': define(z.strictObject({ key: plainName }), done),
} as const
