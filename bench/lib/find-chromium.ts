/** The browser that windows are measured in. */
import { UserError } from '../../src/common/user-error.ts'

/** Path of the Chromium that the end-to-end tests use. Throws a UserError where there is none. */
export async function findChromium(): Promise<string> {
  // The scripts are JavaScript, which the type checker does not read: hence imports by a computed name.
  const script = (name: string) => import(new URL(`../../scripts/lib/${name}.mjs`, import.meta.url).href)
  const { projectPaths, projectRoot } = await script('project')
  const found: string | undefined = await (await script('browsers')).findChromium(projectPaths(projectRoot))
  if (!found) throw new UserError('There is no Chromium here; npm test says how to get one.', 'failure')
  return found
}
