import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

// What no other tool checks, and what reviewers should not have to look for. A rule that is only
// written down is forgotten; a rule that fails a test is not.

const root = join(import.meta.dirname, '..');
const linesMax = 400;

/** Files over `linesMax` lines, each with the reason why it is not two files. */
const longFiles: Readonly<Record<string, string>> = {
  'protocol/nfs3.x': 'all types of one RFC, which has no parts',
};

const files = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));

const isGenerated = (path: string): boolean => path.startsWith('protocol/generated/');
const isSource = (path: string): boolean => /\.(ts|js|cjs|x)$/.test(path);
const isText = (path: string): boolean =>
  isSource(path) || /\.(md|json|sh|ya?ml|txt)$|(^|\/)[A-Za-z]*file$|^\.ci\//.test(path);

const texts = new Map(
  files.filter(isText).map((path) => [path, readFileSync(join(root, path), 'utf8')]),
);
const sources = new Map([...texts].filter(([path]) => isSource(path)));

/** `path:line: text` of each line that the pattern finds. */
function find(pattern: RegExp, among: ReadonlyMap<string, string>): string[] {
  return [...among].flatMap(([path, text]) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
  );
}

test('tidy: nothing is left to do later', () => {
  // In two halves, so that this file passes its own test.
  const unfinished = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|');
  expect(find(new RegExp(`\\b(${unfinished})\\b`), texts)).toEqual([]);
});

test('tidy: no path of the machine that it was written on', () => {
  const start = '(^|[^\\w.$}/-])';
  const folders = ['work', 'farm', 'tmp/bash' + '_jobs'].join('|');
  expect(find(new RegExp(`${start}/(${folders})/`), texts)).toEqual([]);
});

test('tidy: every test runs', () => {
  const off = /\b(it|test|describe|bench)\b[\w.]*\.(only|skip|skipIf|runIf|todo|fails)\b/;
  expect(find(off, sources)).toEqual([]);
});

test('tidy: the lock file holds no download addresses', () => {
  expect(texts.get('package-lock.json')).not.toMatch(/"resolved":\s*"http/);
});

test('tidy: dependencies have exact versions', () => {
  const manifest = JSON.parse(texts.get('package.json') ?? '') as Record<string, unknown>;
  const versions = ['dependencies', 'devDependencies'].flatMap((kind) =>
    Object.entries((manifest[kind] ?? {}) as Record<string, string>),
  );
  expect(versions.length).toBeGreaterThan(0);
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test('tidy: no lint rule is switched off without a reason, and those of the deterministic core never', () => {
  const directives = find(new RegExp('eslint' + '-disable'), sources);
  expect(directives.filter((line) => !/ -- \S/.test(line))).toEqual([]);
  expect(directives.filter((line) => line.includes('no-restricted-'))).toEqual([]);
  expect(find(/@ts-(ignore|nocheck)/, sources)).toEqual([]);
});

test(`tidy: a file over ${linesMax} lines has a reason`, () => {
  const long = [...sources]
    .filter(([path, text]) => !isGenerated(path) && text.split('\n').length - 1 > linesMax)
    .map(([path]) => path);
  // Both ways: a reason that is no longer needed goes too.
  expect(long.sort()).toEqual(Object.keys(longFiles).sort());
});

test('tidy: file names are kebab-case', () => {
  const kebab = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
  const byCustom = /^([A-Z][A-Z_-]*(\.md)?|Dockerfile|Makefile)$/;
  const odd = files.filter((path) =>
    path.split('/').some((name) => !kebab.test(name) && !byCustom.test(name)),
  );
  expect(odd).toEqual([]);
});

test('tidy: links between documents lead somewhere', () => {
  const broken = [...texts]
    .filter(([path]) => path.endsWith('.md'))
    .flatMap(([path, text]) =>
      [...text.matchAll(/\]\(([^)\s#]+)(#[^)\s]*)?\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !existsSync(join(root, normalize(join(dirname(path), target)))))
        .map((target) => `${path}: ${target}`),
    );
  expect(broken).toEqual([]);
});
