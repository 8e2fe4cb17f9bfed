import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ClusterFile, removeClusterFile, writeClusterFile } from './cluster-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuga-cluster-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const cluster: ClusterFile = {
  pid: 77,
  pams: ['http://127.0.0.1:7460'],
  secretFile: '/srv/fuga/cluster.secret',
  aliases: ['home'],
  ports: { home: 2049 },
  servers: [
    {
      node: 'a',
      pid: 78,
      adminUrl: 'http://127.0.0.1:1',
      pairAddress: '127.0.0.1:2',
      roles: { home: 'primary' },
    },
  ],
};

test('is replaced as a whole, and leaves nothing else behind', () => {
  writeClusterFile(folder, cluster);
  writeClusterFile(folder, { ...cluster, servers: [] });
  expect(readdirSync(folder)).toEqual(['cluster.json']);
  const text = readFileSync(join(folder, 'cluster.json'), 'utf8');
  expect(JSON.parse(text)).toEqual({ ...cluster, servers: [] });
});

test('is gone when nothing runs', () => {
  writeClusterFile(folder, cluster);
  removeClusterFile(folder);
  removeClusterFile(folder);
  expect(readdirSync(folder)).toEqual([]);
});
