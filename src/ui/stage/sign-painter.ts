/** Draws the small signs of a robot's parts - joints and named points. Each sign is drawn once; a paint only puts copies in their places. */
import { Container, Graphics, GraphicsContext } from 'pixi.js'
import { LINE_WIDTH } from './body-painter.ts'
import type { StageColors } from './colors.ts'
import { boxOutline } from './outlines.ts'

/** px */
const JOINT_RADIUS = 4.5
const CARRIAGE = { along: 14, across: 8 }
const WELD = 7
const MARKER = 4

export type SignName = 'hinge' | 'slider' | 'weld' | 'marker'

export interface Sign {
  name: SignName
  /** On the screen, px. */
  x: number
  y: number
  /** Clockwise on the screen, rad. */
  rotation: number
}

export class SignPainter {
  readonly container = new Container()
  private pictures: { colors: StageColors; of: Record<SignName, GraphicsContext> } | undefined
  private readonly copies: Graphics[] = []

  /** The later ones lie over the earlier ones. */
  paint(signs: readonly Sign[], colors: StageColors): void {
    if (this.pictures?.colors !== colors) this.draw(colors)
    const { of } = this.pictures!
    signs.forEach(({ name, x, y, rotation }, index) => {
      const copy = this.copies[index] ?? this.add(of[name])
      if (copy.context !== of[name]) copy.context = of[name]
      copy.position.set(x, y)
      copy.rotation = rotation
    })
    for (const copy of this.copies.splice(signs.length)) copy.destroy()
  }

  destroy(): void {
    this.container.destroy({ children: true })
    this.destroyPictures()
  }

  private add(context: GraphicsContext): Graphics {
    const copy = new Graphics({ context })
    this.copies.push(copy)
    this.container.addChild(copy)
    return copy
  }

  private draw(colors: StageColors): void {
    for (const copy of this.copies.splice(0)) copy.destroy()
    this.destroyPictures()
    const line = { width: LINE_WIDTH, color: colors.joint }
    const middle = { x: 0, y: 0 }
    const box = (along: number, across: number, fill: string): GraphicsContext => {
      const outline = boxOutline(middle, along, across, 0)
      return new GraphicsContext().poly(outline, true).fill(fill).poly(outline, true).stroke(line)
    }
    const diamond = [-MARKER, 0, 0, -MARKER, MARKER, 0, 0, MARKER]
    const of = {
      hinge: new GraphicsContext()
        .circle(0, 0, JOINT_RADIUS)
        .fill(colors.background)
        .circle(0, 0, JOINT_RADIUS)
        .stroke(line)
        .circle(0, 0, 1.5)
        .fill(colors.joint),
      slider: box(CARRIAGE.along, CARRIAGE.across, colors.background),
      weld: box(WELD, WELD, colors.joint),
      marker: new GraphicsContext()
        .poly(diamond, true)
        .fill(colors.background)
        .poly(diamond, true)
        .stroke({ width: 1, color: colors.label }),
    }
    this.pictures = { colors, of }
  }

  private destroyPictures(): void {
    for (const picture of Object.values(this.pictures?.of ?? {})) picture.destroy()
    this.pictures = undefined
  }
}
