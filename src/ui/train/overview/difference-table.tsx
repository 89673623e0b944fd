/** In what the ticked runs differ: scene, algorithm, seed, length and settings. */
import { differences, shortNames } from './overlay.ts'
import { details } from './state.ts'

export function DifferenceTable() {
  const runs = details.value
  if (runs.length < 2) return <p class="muted runs-difference">Tick another run to see in what they differ.</p>
  const rows = differences(runs)
  return (
    <div class="runs-difference">
      <h3>Differences</h3>
      {rows.length === 0 ? (
        <p class="muted">These runs have the same scene, seed and settings.</p>
      ) : (
        <table class="table" aria-label="Differences between the ticked runs">
          <thead>
            <tr>
              <th>Setting</th>
              {runs.map(({ run }, index) => (
                <th key={run} title={run}>
                  {shortNames(runs.map((each) => each.run))[index]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, values }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {values.map((value, index) => (
                  <td key={runs[index]!.run}>{value}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
