import { beforeEach, expect, test } from 'vitest';
import type { Port } from '../directory/port.ts';
import { type AliasChange, AliasDirectory } from './alias-directory.ts';

const oldArea = 'a'.repeat(32);
const newArea = 'b'.repeat(32);
const port = (epoch: number, change: Partial<Port> = {}): Port => ({
  host: '127.0.0.1',
  port: 7000 + epoch,
  transport: 'tcp',
  epoch,
  node: 'a',
  areaUi: oldArea,
  ...change,
});

let changes: AliasChange[] = [];
let directory = new AliasDirectory();
beforeEach(() => {
  changes = [];
  directory = new AliasDirectory({ aliasesMax: 3, onChange: (change) => changes.push(change) });
});

test('a registration makes the alias: a PAM that restarts empty is refilled by heartbeats', () => {
  expect(directory.register('home', port(4))).toEqual({ kind: 'registered', changed: true });
  expect(directory.get('home')).toEqual({ name: 'home', areaUi: oldArea, port: port(4) });
});

test('an old epoch never replaces a newer one', () => {
  directory.register('home', port(4));
  expect(directory.register('home', port(3))).toEqual({ kind: 'stale-epoch', known: port(4) });
  expect(directory.get('home')?.port).toEqual(port(4));
});

test('a higher epoch replaces, and those who watch are told; a heartbeat tells nobody', () => {
  directory.register('home', port(4));
  expect(directory.register('home', port(4))).toEqual({ kind: 'registered', changed: false });
  expect(directory.register('home', port(5))).toEqual({ kind: 'registered', changed: true });
  expect(changes.map((change) => change.kind === 'alias' && change.entry.port?.epoch)).toEqual([
    4, 5,
  ]);
});

test('a heartbeat with news of the members is kept without telling anybody', () => {
  const members = [{ node: 'b', role: 'backup' as const, address: '127.0.0.1:9' }];
  directory.register('home', port(4));
  expect(directory.register('home', port(4, { members }))).toMatchObject({ changed: false });
  expect(directory.get('home')?.port?.members).toEqual(members);
});

test('another area takes the alias over only after a reset, whatever its epoch', () => {
  directory.register('home', port(4));
  const stranger = port(9, { areaUi: newArea });
  expect(directory.register('home', stranger)).toEqual({ kind: 'other-area', areaUi: oldArea });
  expect(directory.reset('home')).toBe(true);
  expect(directory.get('home')).toEqual({ name: 'home', areaUi: undefined, port: undefined });
  expect(directory.register('home', stranger)).toMatchObject({ kind: 'registered' });
});

test('after a reset the old area does not get the alias back by its next heartbeat', () => {
  directory.register('home', port(4));
  directory.reset('home');
  expect(directory.register('home', port(5))).toMatchObject({ kind: 'other-area' });
  directory.reset('home');
  expect(directory.register('home', port(5))).toMatchObject({ kind: 'other-area' });
  expect(directory.register('home', port(1, { areaUi: newArea }))).toMatchObject({
    kind: 'registered',
  });
  expect(directory.register('home', port(6))).toEqual({ kind: 'other-area', areaUi: newArea });
});

test('a reset that names the area lets only that one in', () => {
  directory.register('home', port(4));
  directory.reset('home', newArea);
  expect(directory.register('home', port(5))).toEqual({ kind: 'other-area', areaUi: newArea });
  expect(directory.register('home', port(1, { areaUi: newArea }))).toMatchObject({
    kind: 'registered',
  });
  directory.reset('home', oldArea);
  expect(directory.register('home', port(4))).toMatchObject({ kind: 'registered' });
});

test('create, delete and reset say whether there was anything', () => {
  expect(directory.create('home')).toEqual({ kind: 'created' });
  expect(directory.create('home')).toEqual({ kind: 'exists' });
  expect(directory.delete('home')).toBe(true);
  expect(directory.delete('home')).toBe(false);
  expect(directory.reset('home')).toBe(false);
  expect(changes.map(({ kind }) => kind)).toEqual(['alias', 'deleted']);
});

test('the number of aliases is bounded, for registrations too', () => {
  for (const name of ['c', 'a', 'b']) directory.create(name);
  expect(directory.create('d')).toEqual({ kind: 'full', aliasesMax: 3 });
  expect(directory.register('d', port(1))).toEqual({ kind: 'full', aliasesMax: 3 });
  expect(directory.list().map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test.each(['', 'Home', 'a b', 'ä', 'x'.repeat(65), 'a/b', 'a\n', '..', '-r'])(
  '"%s" is no alias name',
  (name) => {
    expect(directory.create(name)).toMatchObject({ kind: 'bad-name' });
    expect(directory.register(name, port(1))).toMatchObject({ kind: 'bad-name' });
    expect(directory.size).toBe(0);
  },
);

test.each<Partial<Port>>([
  { epoch: 0 },
  { epoch: 1.5 },
  { port: 0 },
  { port: 65_536 },
  { host: '' },
  { host: 'h'.repeat(256) },
  { node: 'n'.repeat(65) },
  { areaUi: 'A'.repeat(32) },
  { areaUi: 'a'.repeat(31) },
])('a port with %o is refused and makes no alias', (change) => {
  expect(directory.register('home', port(1, change))).toMatchObject({ kind: 'bad-port' });
  expect(directory.size).toBe(0);
});
