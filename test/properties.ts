/**
 * fast-check for the suite's properties. They draw the same cases in every run, so that a test that fails does so for what was changed;
 * TORQUELAB_TEST_SEED=N draws others.
 */
import * as fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.TORQUELAB_TEST_SEED ?? 1) })

export { fc }
