/** A small picture of a rollout: the robot in the middle of it, and faint where it was just before. Read when it comes into view. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { RolloutEntry } from '../../../host/rpc/contract.ts'
import { isGround } from '../../../scene/ground.ts'
import type { Body, Scene } from '../../../scene/schema.ts'
import { ShapePicture } from '../../design/gallery/scene-picture.tsx'
import { sceneBounds } from '../../stage/bounds.ts'
import { followedBody } from '../../stage/follow.ts'
import { type Preview, previewOf } from './state.ts'

/** Width to height. */
const ASPECT = 1
/** Around what is shown, and of lines, as shares of the picture's height. */
const MARGIN = 0.06
const LINE = 0.016
/** Opacity of the poses before the last, the nearest first. */
const TRACE = [0.4, 0.24, 0.14]

export function Thumbnail({ entry }: { entry: RolloutEntry }) {
  const element = useRef<HTMLDivElement>(null)
  const [preview, setPreview] = useState<Preview>()
  useEffect(() => {
    let isGone = false
    const watching = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return
      watching.disconnect()
      // Without a picture the row is still of use.
      previewOf(entry).then(
        (found) => !isGone && setPreview(found),
        () => {},
      )
    })
    watching.observe(element.current!)
    return () => {
      isGone = true
      watching.disconnect()
    }
  }, [entry])
  return (
    <div ref={element} class="thumbnail" aria-hidden="true">
      {preview && <Trace {...preview} />}
    </div>
  )
}

function Trace({ scene, poses }: Preview) {
  const box = useMemo(() => frameOf(scene, poses.at(-1)!), [scene, poses])
  const placed = poses.map((pose) => placeScene(scene, pose)).reverse()
  return (
    <svg
      class="scene-picture"
      viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`}
      preserveAspectRatio="xMidYMid slice"
      stroke-width={box.height * LINE}
      aria-hidden="true"
    >
      <g transform="scale(1 -1)">
        {placed[0] && <Bodies scene={placed[0]} which={isGround} />}
        {placed
          .map((at, index) => (
            <g key={index} opacity={index === 0 ? 1 : TRACE[index - 1]}>
              <Bodies scene={at} which={(body) => !isGround(body)} />
            </g>
          ))
          .reverse()}
      </g>
    </svg>
  )
}

function Bodies({ scene, which }: { scene: Scene; which: (body: Body) => boolean }) {
  return scene.bodies
    .filter(which)
    .flatMap((body) =>
      body.shapes.map((shape, index) => <ShapePicture key={`${body.name}/${index}`} body={body} shape={shape} />),
    )
}

/** The scene with its bodies at poses [bodies × 3] x, y (m), angle (rad). */
function placeScene(scene: Scene, poses: readonly number[]): Scene {
  const bodies = scene.bodies.map((body, index) => {
    const [x, y, angle] = poses.slice(index * 3, index * 3 + 3) as [number, number, number]
    return { ...body, position: [x, y] as [number, number], angle }
  })
  return { ...scene, bodies }
}

/** What the picture shows: the scene as a stage would fit it, where a robot that travels has come to. y down. */
function frameOf(scene: Scene, poses: readonly number[]) {
  const bounds = sceneBounds(scene)
  const free = followedBody(scene)
  const shift = free === undefined ? 0 : poses[free * 3]! - scene.bodies[free]!.position[0]
  const height = Math.max(bounds.maxY - bounds.minY, (bounds.maxX - bounds.minX) / ASPECT, 1e-3) * (1 + 2 * MARGIN)
  const width = height * ASPECT
  const x = (bounds.minX + bounds.maxX) / 2 + shift - width / 2
  return { x, y: -(bounds.minY + bounds.maxY) / 2 - height / 2, width, height }
}
