/** Draws the grid behind the robot, and before it the rulers with their units and the scale bar. */
import { Container, Graphics, Text, TextStyle } from 'pixi.js'
import type { StageColors } from './colors.ts'
import { gridLabel, gridLines, gridSpacing, lengthLabel } from './grid.ts'
import { type Insets, type Size, screenToWorld, type View, worldToScreen } from './view.ts'

/** Pixels that the rulers take at the left and at the bottom. */
export const RULERS: Insets = { left: 46, right: 0, top: 0, bottom: 22 }
/** Least distance between labelled lines, px. */
const LABEL_DISTANCE = 72
const FONT_SIZE = 11
const SCALE_BAR_MARGIN = 14

export class GridPainter {
  readonly background = new Container()
  readonly foreground = new Container()
  private readonly grid = new Graphics()
  private readonly rulers = new Graphics()
  private readonly labels = new Container()
  private readonly style = new TextStyle({
    fontSize: FONT_SIZE,
    fontFamily: ['system-ui', 'Segoe UI', 'Roboto', 'DejaVu Sans', 'sans-serif'],
  })
  private used = 0
  private painted: { view: View; size: Size; colors: StageColors } | undefined

  constructor() {
    this.background.addChild(this.grid)
    this.foreground.addChild(this.rulers, this.labels)
  }

  /** Costs nothing while the view stays: a robot in motion repaints the stage up to 60 times a second. */
  paint(view: View, size: Size, colors: StageColors): void {
    if (this.painted?.view === view && this.painted.size === size && this.painted.colors === colors) return
    this.painted = { view, size, colors }
    this.grid.clear()
    this.rulers.clear()
    this.used = 0
    if (this.style.fill !== colors.label) this.style.fill = colors.label
    const spacing = gridSpacing(view.scale, LABEL_DISTANCE)
    const from = screenToWorld(view, size, 0, size.height)
    const to = screenToWorld(view, size, size.width, 0)
    const ratio = Math.round(spacing.major / spacing.minor)
    const columns = gridLines(from.x, to.x, spacing.minor)
    const rows = gridLines(from.y, to.y, spacing.minor)
    const column = (index: number) => Math.round(worldToScreen(view, size, index * spacing.minor, 0).x)
    const row = (index: number) => Math.round(worldToScreen(view, size, 0, index * spacing.minor).y)
    // Whole lines of one colour in one fill; later ones lie over earlier ones.
    for (const [color, wanted] of [
      [colors.grid, (index: number) => index % ratio !== 0],
      [colors['grid-major'], (index: number) => index % ratio === 0 && index !== 0],
      [colors.axis, (index: number) => index === 0],
    ] as const) {
      for (const index of columns.filter(wanted)) this.grid.rect(column(index), 0, 1, size.height)
      for (const index of rows.filter(wanted)) this.grid.rect(0, row(index), size.width, 1)
      this.grid.fill(color)
    }
    this.paintRulers(size, colors)
    const bottom = size.height - RULERS.bottom
    for (const index of columns.filter((index) => index % ratio === 0)) {
      const x = column(index)
      if (x < RULERS.left + 8 || x > size.width - 58) continue
      this.rulers.rect(x, bottom, 1, 4).fill(colors.axis)
      this.label(gridLabel(index * spacing.minor, spacing.decimals), x, bottom + 5, 0.5, 0)
    }
    for (const index of rows.filter((index) => index % ratio === 0)) {
      const y = row(index)
      if (y < 26 || y > bottom - 8) continue
      this.rulers.rect(RULERS.left - 4, y, 4, 1).fill(colors.axis)
      this.label(gridLabel(index * spacing.minor, spacing.decimals), RULERS.left - 7, y, 1, 0.5)
    }
    this.label('y (m)', RULERS.left - 7, 5, 1, 0)
    this.label('x (m)', size.width - 6, bottom + 5, 1, 0)
    this.paintScaleBar(view, size, colors, spacing.major)
    for (const unused of this.labels.children.slice(this.used)) unused.visible = false
  }

  destroy(): void {
    this.background.destroy({ children: true })
    this.foreground.destroy({ children: true })
  }

  private paintRulers(size: Size, colors: StageColors): void {
    const { left, bottom } = RULERS
    this.rulers
      .rect(0, 0, left, size.height)
      .rect(left, size.height - bottom, size.width - left, bottom)
      .fill(colors.ruler)
      .rect(left, 0, 1, size.height - bottom)
      .rect(left, size.height - bottom, size.width - left, 1)
      .fill(colors['grid-major'])
  }

  private paintScaleBar(view: View, size: Size, colors: StageColors, metres: number): void {
    const width = Math.round(metres * view.scale)
    const right = size.width - SCALE_BAR_MARGIN
    const y = size.height - RULERS.bottom - SCALE_BAR_MARGIN
    // Readable also where the ground is behind it.
    this.rulers
      .roundRect(right - width - 6, y - 22, width + 12, 29, 4)
      .fill({ color: colors.background, alpha: 0.8 })
      .rect(right - width, y - 1, width, 2)
      .rect(right - width, y - 5, 1, 6)
      .rect(right - 1, y - 5, 1, 6)
      .fill(colors.label)
    this.label(lengthLabel(metres), right - Math.round(width / 2), y - 5, 0.5, 1)
  }

  /** Shows a text at a pixel; texts are kept and filled again, since each one is a texture. */
  private label(text: string, x: number, y: number, anchorX: number, anchorY: number): void {
    let label = this.labels.children[this.used] as Text | undefined
    if (!label) {
      label = new Text({ style: this.style })
      this.labels.addChild(label)
    }
    this.used++
    label.visible = true
    if (label.text !== text) label.text = text
    // Whole pixels keep the letters sharp.
    label.position.set(Math.round(x - anchorX * label.width), Math.round(y - anchorY * label.height))
  }
}
