/** Whether this window draws on the processor, where there is no graphics card or its driver is not trusted; and what it does then. */
import { GlLimitsSystem } from 'pixi.js'

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i

let known: boolean | undefined

/** Also true where nothing says what draws. The first call opens a context of its own, and closes it. */
export function rendersInSoftware(): boolean {
  known ??= look()
  return known
}

function look(): boolean {
  const context = document.createElement('canvas').getContext('webgl2')
  const names = context?.getExtension('WEBGL_debug_renderer_info')
  if (!context || !names) return true
  const renderer = String(context.getParameter(names.UNMASKED_RENDERER_WEBGL))
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return SOFTWARE.test(renderer)
}

/**
 * To be called before a renderer is made. Pixi draws up to 16 textures in one go, by a shader that chooses among them at each pixel; a
 * processor computes all 16 branches. With one texture at a time a picture of the stage takes less than half of the time there.
 */
export function drawForProcessor(): void {
  if (!rendersInSoftware() || isForProcessor) return
  isForProcessor = true
  // Pixi has no option for it, and reads the limit while its renderer starts.
  const { contextChange } = GlLimitsSystem.prototype
  GlLimitsSystem.prototype.contextChange = function (this: GlLimitsSystem): void {
    contextChange.call(this)
    this.maxBatchableTextures = 1
  }
}

let isForProcessor = false
