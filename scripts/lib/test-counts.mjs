// Counts what passed and failed: the tests of vitest, and one for every other step.
// A run that fails without a failing test (a file that cannot be loaded, a crash) counts as a failure of its own.

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * A step that either passes or fails as a whole.
 * @param {boolean} ok
 * @returns {Counts}
 */
export function countsOfStep(ok) {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
}

/**
 * The counts in the text of vitest's JSON report ('' when it wrote none).
 * @param {string} reportText
 * @param {number} exitCode
 * @returns {Counts}
 */
export function countsOfVitest(reportText, exitCode) {
  const report = parse(reportText)
  if (!report) return countsOfStep(false)
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const failed = report.numFailedTests + brokenFiles
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/**
 * @param {readonly Counts[]} parts
 * @returns {Counts}
 */
export function total(parts) {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const part of parts) {
    sum.passed += part.passed
    sum.failed += part.failed
    sum.skipped += part.skipped
  }
  return sum
}

/**
 * The last line of `npm test`.
 * @param {Counts} counts
 */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/**
 * @param {string} text
 * @returns {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: { status: string }[] }[] } | undefined}
 */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
