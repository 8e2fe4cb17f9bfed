import { expect, test } from 'vitest';
import { holdMinimumMs, silenceDefaultMs } from './pair/limits.ts';
import { TestCluster, type TestNode } from './testing/test-node.ts';

function roles(...nodes: readonly TestNode[]): string[] {
  return nodes.map(({ volume }) => volume.status().role);
}

function accusations(node: TestNode): string[] {
  return node.events.flatMap((event) => (event.kind === 'accused' ? [event.accusation] : []));
}

async function pair() {
  const cluster = new TestCluster();
  const a = await cluster.start('a');
  await cluster.time.advance(200);
  const b = await cluster.start('b');
  await cluster.time.advance(200);
  return { cluster, a, b };
}

test('the first process makes the volume, the second stands by, and PAM is told of both', async () => {
  const { cluster, a, b } = await pair();
  expect(roles(a, b)).toEqual(['primary', 'backup']);
  await cluster.time.advance(1_500);
  expect(cluster.ports.at(-1)?.members).toMatchObject([
    { node: 'a', role: 'primary' },
    { node: 'b', role: 'backup' },
  ]);
});

test('a killed primary is replaced at once: its pair port refuses', async () => {
  const { cluster, a, b } = await pair();
  await a.kill();
  await cluster.time.advance(100);
  expect(roles(b)).toEqual(['primary']);
  expect(accusations(b)).toEqual(['dead']);
  expect(cluster.ports.at(-1)).toMatchObject({ node: 'b', epoch: 2 });
});

test('a restarted process becomes the backup, and takes over in its turn', async () => {
  const { cluster, a, b } = await pair();
  await a.kill();
  await cluster.time.advance(100);
  const again = await cluster.start('a');
  await cluster.time.advance(500);
  expect(roles(again, b)).toEqual(['backup', 'primary']);
  await b.kill();
  await cluster.time.advance(100);
  expect(roles(again)).toEqual(['primary']);
});

test('a stopped primary is replaced after the silence, acknowledges nothing when it wakes, and stands by', async () => {
  const { cluster, a, b } = await pair();
  await cluster.time.advance(holdMinimumMs);
  a.stop();
  await cluster.time.advance(silenceDefaultMs - 100);
  expect(roles(b)).toEqual(['backup']);
  await cluster.time.advance(400);
  expect(roles(b)).toEqual(['primary']);
  expect(accusations(b)).toEqual(['silent']);
  const registrations = cluster.ports.length;
  a.resume();
  await cluster.time.advance(2_500);
  expect(roles(a, b)).toEqual(['backup', 'primary']);
  expect(a.events.some((event) => event.kind === 'lost' && event.loss.kind === 'fenced')).toBe(
    true,
  );
  expect(cluster.ports.slice(registrations).every(({ node }) => node === 'b')).toBe(true);
});

test('two backups race for a dead primary: one wins, the other stands by', async () => {
  const { cluster, a, b } = await pair();
  const c = await cluster.start('c');
  await cluster.time.advance(300);
  await a.kill();
  await cluster.time.advance(1_000);
  expect(roles(b, c).sort()).toEqual(['backup', 'primary']);
});

test('a backup that was stopped itself accuses nobody when it wakes', async () => {
  const { cluster, a, b } = await pair();
  await cluster.time.advance(holdMinimumMs);
  b.stop();
  await cluster.time.advance(10_000);
  b.resume();
  await cluster.time.advance(3_000);
  expect(roles(a, b)).toEqual(['primary', 'backup']);
});

test('a primary that ends in good order hands over at once', async () => {
  const { cluster, a, b } = await pair();
  await cluster.settled(a.process.close());
  await cluster.time.advance(200);
  expect(roles(a, b)).toEqual(['stopped', 'primary']);
  expect(accusations(b)).toEqual(['switchover']);
  await cluster.settled(b.process.close());
  expect(roles(b)).toEqual(['stopped']);
});

test('switchover: the backup claims when it is asked to, and the primary stands by', async () => {
  const { cluster, a, b } = await pair();
  expect(await cluster.settled(b.volume.switchOver())).toEqual({ kind: 'not-primary' });
  expect(await cluster.settled(a.volume.switchOver('c'))).toEqual({
    kind: 'no-backup',
    backups: ['b'],
  });
  expect(await cluster.settled(a.volume.switchOver('b'))).toMatchObject({
    kind: 'switched',
    to: 'b',
  });
  await cluster.time.advance(500);
  expect(roles(a, b)).toEqual(['backup', 'primary']);
  expect(accusations(b)).toEqual(['switchover']);
  expect(cluster.ports.at(-1)).toMatchObject({ node: 'b', epoch: 2 });
  expect(await cluster.settled(b.volume.switchOver())).toMatchObject({ kind: 'switched', to: 'a' });
});

test('switchover to a backup that hangs: the primary goes on', async () => {
  const { cluster, a, b } = await pair();
  b.stop();
  expect(await cluster.settled(a.volume.switchOver())).toEqual({ kind: 'not-taken', by: 'b' });
  expect(roles(a)).toEqual(['primary']);
  b.resume();
  await cluster.time.advance(3_000);
  expect(roles(a, b)).toContain('primary');
});
