// The import directions of the design (docs/decisions.md): the arrows between the folders of src/ run one way.

/** For each folder below src/, the other folders it may import. */
const mayImport = {
  common: [],
  scene: ['common'],
  sim: ['common', 'scene'],
  policy: ['common'],
  episode: ['common', 'scene', 'sim', 'policy'],
  agent: ['common', 'policy'],
  // The design workspace's document: no window, so it runs in Node too.
  editor: ['common', 'scene', 'sim'],
  check: ['common', 'scene', 'sim', 'episode'],
  rollout: ['common', 'scene', 'sim', 'episode'],
  training: ['common', 'scene', 'sim', 'episode', 'agent', 'policy', 'rollout'],
  host: ['common', 'scene', 'sim', 'episode', 'check', 'agent', 'policy', 'rollout', 'training'],
  // What programs import, by way of src/index.ts.
  library: ['common', 'scene', 'sim', 'host'],
  cli: ['common', 'host'],
  // Of host, the front door alone (host/rpc); the rest is for live play, which runs in the window.
  ui: ['common', 'host/rpc', 'scene', 'sim', 'policy', 'episode', 'editor'],
}

const directions = Object.entries(mayImport).map(([folder, allowed]) => ({
  name: `directions-of-${folder}`,
  comment: `src/${folder} may import only: ${allowed.join(', ') || 'nothing of src/'}.`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: [folder, ...allowed].map((name) => `^src/${name}/`) },
}))

export default {
  forbidden: [
    ...directions,
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'properties-have-one-seed',
      comment: 'Tests import fast-check by way of test/properties.ts, which sets the seed.',
      severity: 'error',
      from: { path: '^test/', pathNot: '^test/properties\\.ts$' },
      to: { path: 'node_modules/fast-check' },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports is dead, unless it is an entry point.',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$|^test/|^src/index\\.ts$' },
      to: {},
    },
    {
      name: 'product-needs-no-development-dependency',
      severity: 'error',
      from: { path: '^(src|electron)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'not-unresolvable',
      comment: 'tfjs-node is optional: its native library cannot be had everywhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@tensorflow/tfjs-node$' },
    },
    {
      name: 'tests-stay-out-of-the-product',
      severity: 'error',
      from: { path: '^(src|electron)/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // AssemblyScript: a program of its own, whose imports have no file endings.
    exclude: { path: '^src/(agent/kernel|common/exact-math)/assembly/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
}
