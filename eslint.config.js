import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

// Adapters are the thin edge where the real clock, randomness, timers, network and disk come in.
// Everything else gets them as arguments, so that a whole cluster runs inside one deterministic
// test. Modules are guarded by .dependency-cruiser.cjs (which no comment can switch off); the
// globals are guarded here. The list of folders is the same in both.
const adapters = [
  '**/adapters/**',
  '**/*-adapter.ts',
  '**/*.test.ts',
  '**/testing/**',
  'bin/**',
  'test/**',
  'scripts/**',
  'chaos/**',
  'bench/**',
  'client/cli/**',
  'server/cli/**',
  'examples/*/main.ts',
];
const tests = ['**/*.test.ts', '**/testing/**', 'test/**'];
const talksToTheTerminal = [
  'bin/**',
  'scripts/**',
  'chaos/**',
  'bench/**',
  'client/cli/**',
  'server/cli/**',
  'rpc/rpcgen/main.ts',
  'examples/**',
];

const passIn = (what) => `${what} is passed in (environment/); only adapters use the real one.`;
const clock = passIn('The clock');
const timers = passIn('A timer');
const random = passIn('Randomness');

const timerNames = ['setTimeout', 'setInterval', 'setImmediate'];
const randomNames = [
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'getRandomValues',
  'webcrypto',
];

const property = (object, property, message) => ({ object, property, message });

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'fuga-data/', 'bin/fuga']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-param-reassign': 'error',
      'no-promise-executor-return': 'off',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],

      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      // Every member is listed, and `default: unreachable(x)` is welcome after them. A `default`
      // that answers for members it does not name is how a new NFS status gets a wrong reply.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        {
          allowDefaultCaseForExhaustiveSwitch: true,
          considerDefaultExhaustiveForUnions: false,
          requireDefaultForNonUnion: true,
        },
      ],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/restrict-plus-operands': ['error', { allowNumberAndString: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: true }],
      // An implementation of an asynchronous interface may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // `type` and `interface` both have their place.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // It asks for `x!`, which no-non-null-assertion forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: adapters,
    rules: {
      'no-restricted-globals': [
        'error',
        ...timerNames.map((name) => ({ name, message: timers })),
        { name: 'performance', message: clock },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:crypto', 'crypto'].map((name) => ({
            name,
            importNames: randomNames,
            message: random,
          })),
        },
      ],
      'no-restricted-properties': [
        'error',
        property('Date', 'now', clock),
        property('process', 'hrtime', clock),
        property('process', 'uptime', clock),
        property('AbortSignal', 'timeout', timers),
        property('Math', 'random', random),
        ...timerNames.map((name) => property('globalThis', name, timers)),
        ...randomNames.map((name) => property('crypto', name, random)),
        property('process', 'exit', passIn('The end of the process')),
        property('process', 'kill', passIn('The end of a process')),
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clock },
        { selector: "CallExpression[callee.name='Date']", message: clock },
      ],
    },
  },
  {
    // Relations between limits are asserted beside them, and the compiler knows that they hold.
    files: ['**/limits.ts'],
    rules: { '@typescript-eslint/no-unnecessary-condition': 'off' },
  },
  {
    files: tests,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: [...tests, ...talksToTheTerminal], rules: { 'no-console': 'off' } },
  {
    files: ['protocol/generated/**', 'examples/*/generated/**'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: Object.fromEntries(
      [...tseslint.configs.strict, ...tseslint.configs.stylistic]
        .flatMap((config) => Object.keys(config.rules ?? {}))
        .map((rule) => [rule, 'off']),
    ),
  },
  {
    files: ['**/*.js', '**/*.cjs', 'bin/fuga'],
    languageOptions: {
      globals: {
        module: 'writable',
        require: 'readonly',
        process: 'readonly',
        console: 'readonly',
      },
    },
  },
);
