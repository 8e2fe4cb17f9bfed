import { expect, test } from 'vitest';
import { parseClusterFile, serversOf } from './cluster-file.ts';

const server = { node: 'a', pid: 1234, adminUrl: 'http://127.0.0.1:1', roles: { home: 'primary' } };
const file = {
  pid: 1200,
  pams: ['http://127.0.0.1:2'],
  secretFile: 's',
  aliases: ['home'],
  servers: [server, { ...server, node: 'b', pid: 1235, roles: { home: 'claiming' } }],
};

test('cluster file: the servers with their roles for the alias', () => {
  const parsed = parseClusterFile(JSON.stringify(file));
  expect(parsed && serversOf(parsed, 'home')).toEqual([
    { node: 'a', pid: 1234, adminUrl: 'http://127.0.0.1:1', role: 'primary' },
    { node: 'b', pid: 1235, adminUrl: 'http://127.0.0.1:1', role: 'other' },
  ]);
});

test.each([
  ['nothing', ''],
  ['a part', JSON.stringify(file).slice(0, 50)],
  [
    'a pid that means every process',
    JSON.stringify({ ...file, servers: [{ ...server, pid: -1 }] }),
  ],
  ['a pid that means this group', JSON.stringify({ ...file, servers: [{ ...server, pid: 0 }] })],
  ['the first process', JSON.stringify({ ...file, pid: 1 })],
  ['no servers', JSON.stringify({ ...file, servers: undefined })],
])('cluster file: %s is no such file', (_, text) => {
  expect(parseClusterFile(text)).toBeUndefined();
});
