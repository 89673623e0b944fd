/**
 * Where the stage looks: world to screen and back, zoom at a point, fit. Screen units are CSS pixels with y down;
 * world units are metres with y up.
 */

export interface View {
  /** The world point at the middle of the drawing area, m. */
  x: number
  y: number
  /** Pixels per metre. */
  scale: number
}

export interface Size {
  width: number
  height: number
}

export interface Point {
  x: number
  y: number
}

/** A box in the world, m. */
export interface Bounds {
  minX: number
  minY: number
  maxX: number
  maxY: number
}

/** Pixels kept free at each edge. */
export interface Insets {
  left: number
  right: number
  top: number
  bottom: number
}

/** Pixels per metre. */
export const MIN_SCALE = 0.5
export const MAX_SCALE = 20_000

export function worldToScreen(view: View, { width, height }: Size, x: number, y: number): Point {
  return { x: width / 2 + (x - view.x) * view.scale, y: height / 2 - (y - view.y) * view.scale }
}

export function screenToWorld(view: View, { width, height }: Size, x: number, y: number): Point {
  return { x: view.x + (x - width / 2) / view.scale, y: view.y - (y - height / 2) / view.scale }
}

/** Zooms by `factor` so that the world point under the screen point stays there. */
export function zoomAt(view: View, size: Size, at: Point, factor: number): View {
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, view.scale * factor))
  const fixed = screenToWorld(view, size, at.x, at.y)
  return {
    x: fixed.x - (at.x - size.width / 2) / scale,
    y: fixed.y + (at.y - size.height / 2) / scale,
    scale,
  }
}

/** Moves what is drawn by a distance in pixels. */
export function panBy(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x - dx / view.scale, y: view.y + dy / view.scale }
}

/** The view that shows all of `bounds` within the insets, as large as it can. */
export function fitView(bounds: Bounds, size: Size, insets: Insets): View {
  const free = {
    width: Math.max(1, size.width - insets.left - insets.right),
    height: Math.max(1, size.height - insets.top - insets.bottom),
  }
  // A scene of one point would be infinitely large.
  const width = Math.max(1e-3, bounds.maxX - bounds.minX)
  const height = Math.max(1e-3, bounds.maxY - bounds.minY)
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, Math.min(free.width / width, free.height / height)))
  return {
    x: (bounds.minX + bounds.maxX) / 2 - (insets.left - insets.right) / 2 / scale,
    y: (bounds.minY + bounds.maxY) / 2 - (insets.bottom - insets.top) / 2 / scale,
    scale,
  }
}
