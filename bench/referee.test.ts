import { expect, test } from 'vitest';
import { cellsOf } from './referee.ts';

test("the referee's lines become medians, the points of a row beside each other", () => {
  const line = (cfg: string, label: string, workload: string, rate: number): string =>
    JSON.stringify({ cfg, rep: 1, label, workload, ops_s: rate, mb_s: rate / 10 });
  const text = [
    '{"meta":1,"cpus":2}',
    line('1x1', 'fuga', 'null', 10),
    line('1x1', 'fuga', 'seqread_warm', 500),
    line('8x8', 'fuga', 'null', 90),
    line('1x1', 'fuga', 'null', 30),
    '',
  ].join('\n');
  const cells = cellsOf(text).map(({ row, point, target, median, values }) => ({
    ...{ row: `${row.title} ${row.unit}`, point, target, median, values },
  }));
  expect(cells).toEqual([
    { row: 'null /s', point: 1, target: 'fuga', median: 20, values: [10, 30] },
    { row: 'null /s', point: 64, target: 'fuga', median: 90, values: [90] },
    { row: 'seqread_warm MB/s', point: 1, target: 'fuga', median: 50, values: [50] },
  ]);
});
