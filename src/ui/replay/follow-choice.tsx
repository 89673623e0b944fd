/** The choice of the body that the camera follows, over the stage. */
import { Select } from '../controls/field.tsx'
import { follow, followChoices, followed, followWords } from './camera.ts'

export function FollowChoice() {
  return (
    <div class="replay-follow">
      <Select
        label="Camera follows"
        hideLabel
        value={followed.value ?? ''}
        options={followChoices.value.map((body) => ({
          value: body ?? '',
          label: `Follow ${followWords(body)}`,
        }))}
        onChange={(value) => follow(value === '' ? undefined : value)}
      />
    </div>
  )
}
