/** Whether this window draws on the processor, where there is no graphics card or its driver is not trusted. */

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
