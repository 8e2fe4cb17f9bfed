// The layers, lowest first. A folder imports only from folders before it in this list, type-only
// imports included; what departs from the line is stated right below.
const layers = [
  'environment',
  'xdr',
  'protocol',
  'rpc',
  'stable-area',
  'pa',
  'server',
  'client',
  'chaos',
  'bench',
];
const top = ['examples', 'test', 'bin', 'scripts'];
const mayNot = {
  // Durable records know nothing of wire formats.
  'stable-area': ['xdr', 'protocol', 'rpc'],
  // A client that reached into the server would be a second, untested kind of client.
  client: ['server'],
  chaos: ['server'],
  examples: ['server', 'chaos', 'bench'],
};

const folder = (names) => `^(${names.join('|')})/`;

const layerRules = [...layers, ...top].flatMap((name) => {
  const at = layers.indexOf(name);
  const higher = at < 0 ? top.filter((other) => other !== name) : [...layers.slice(at + 1), ...top];
  const forbidden = [...higher, ...(mayNot[name] ?? [])];
  // Integration tests and entry points may use everything.
  if (name === 'test' || name === 'bin' || name === 'scripts') return [];
  return {
    name: `layer-${name}`,
    severity: 'error',
    comment: `${name} may not import ${forbidden.join(', ')}`,
    from: { path: folder([name]) },
    to: { path: folder(forbidden) },
  };
});

// The same places as `adapters` in eslint.config.js.
const adapterFiles = [
  '(^|/)adapters/',
  '-adapter\\.ts$',
  '\\.test\\.ts$',
  '(^|/)testing/',
  '^(bin|test|scripts|chaos|bench)/',
  '^(client|server)/cli/',
  '^examples/[^/]+/main\\.ts$',
  '^[^/]+$',
];
const testFiles = ['\\.test\\.ts$', '(^|/)testing/', '^test/'];

// What reaches the world outside the process: only adapters hold it.
const worldModules =
  '^(node:)?(net|dgram|fs|fs/promises|http|https|http2|tls|dns|dns/promises|timers|timers/promises|perf_hooks|child_process|cluster|worker_threads)$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'generated-only-xdr',
      severity: 'error',
      comment: 'Generated code stands on the XDR run time alone.',
      from: { path: '^protocol/generated/' },
      to: { pathNot: '^(xdr|protocol/generated)/' },
    },
    {
      name: 'compiler-is-a-tool',
      severity: 'error',
      comment: 'rpcgen runs before the program, never inside it.',
      from: { pathNot: ['^rpc/rpcgen/', '^(bin|test|scripts)/', ...testFiles] },
      to: { path: '^rpc/rpcgen/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'world-only-in-adapters',
      severity: 'error',
      comment: 'Network, disk, timers and processes are passed in; adapters hold the real ones.',
      from: { pathNot: adapterFiles },
      to: { path: worldModules },
    },
    {
      name: 'level-only-in-stable-area-adapters',
      severity: 'error',
      from: { pathNot: ['^stable-area/.*adapter', '^stable-area/.*\\.test\\.ts$'] },
      to: { path: 'node_modules/(level|classic-level|abstract-level|memory-level)/' },
    },
    {
      name: 'no-dev-dependencies-in-production',
      severity: 'error',
      from: { pathNot: [...testFiles, '^(bench|scripts)/', '^[^/]+$'] },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'no-undeclared-dependencies',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'production-does-not-import-tests',
      severity: 'error',
      from: { pathNot: testFiles },
      to: { path: testFiles },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
