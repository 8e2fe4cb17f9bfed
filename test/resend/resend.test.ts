import { beforeAll, describe, expect, test } from 'vitest';
import { nfs2Rows } from './nfs2-rows.ts';
import { nfs3Rows } from './nfs3-rows.ts';
import { type ResendRun, runMatrix, transports, ways } from './resend-run.ts';

/*
 * The resend matrix: every procedure that changes something, over each transport, sent again in each way by a client
 * that knows nothing of PA, after another client has changed what the call did. The second reply must be the first one,
 * byte for byte after the xid, and nothing may be done twice.
 */

const rows = [...nfs2Rows, ...nfs3Rows];
/** REPLY, MSG_ACCEPTED, an AUTH_NONE verifier, SUCCESS, and a status of 0. */
const success = '00000001'.padEnd(48, '0');

const calls = transports.flatMap((transport) =>
  rows.map((row) => [`${transport}: ${row.name}`, transport, row] as const),
);

let run: ResendRun;
beforeAll(async () => {
  run = await runMatrix(rows);
});

describe.each(ways)('a call that comes again %s', (way) => {
  test.each(calls)('%s gets its first reply', (_name, transport, row) => {
    const cell = run.cells.find((each) => each.row === row && each.transport === transport);
    expect(cell?.first.slice(0, success.length)).toBe(success);
    expect(cell?.again.get(way)).toBe(cell?.first);
  });

  test('nothing is done twice', () => {
    expect(run.after.get(way)).toEqual(run.before);
  });
});

test('without registered replies calls are executed again after a restart: later files are lost', async () => {
  const control = await runMatrix(nfs2Rows, ['--no-registration']);
  const way = 'after kill -9 and a restart';
  expect(control.cells.filter((cell) => cell.again.get(way) !== cell.first)).not.toEqual([]);
  const lost = (line: string): boolean => !control.after.get(way)?.includes(line);
  const lostNames = control.before.filter(lost).map((line) => line.split(' type')[0]);
  expect(lostNames).toEqual(expect.arrayContaining(['tcp NFSv2 REMOVE/f', 'udp NFSv2 REMOVE/f']));
});
