import { beforeEach, describe, expect, test } from 'vitest';
import { commandGroups } from './command-table.ts';
import { TestCluster } from './testing/run-cli.ts';

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster();
});

const names = commandGroups.flatMap((group) => group.rows.map((row) => row.name));

describe('fuga', () => {
  test('--help shows what there is, for a newcomer', async () => {
    const { code, out, err } = await cluster.fuga('--help');
    expect([code, err]).toEqual([0, '']);
    await expect(out).toMatchFileSnapshot('./testing/help/fuga.txt');
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test.each(names)('%s --help', async (name) => {
    const { code, out, err } = await cluster.fuga(`${name} --help`);
    expect([code, err]).toEqual([0, '']);
    await expect(out).toMatchFileSnapshot(`./testing/help/${name}.txt`);
    expect(await cluster.fuga(`help ${name}`)).toEqual({ code: 0, out, err });
  });

  test('--version', async () => {
    expect(await cluster.fuga('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' });
  });

  test('without words: the same help, as a failure', async () => {
    const { code, err } = await cluster.run([]);
    expect(code).toBe(1);
    expect(err).toContain('Look at files:');
  });

  test('an unknown command: what may have been meant', async () => {
    const { code, err } = await cluster.fuga('lss');
    expect(code).toBe(1);
    expect(err).toContain("unknown command 'lss'");
    expect(err).toContain('Did you mean');
  });

  test('an unknown option names the help; ls ends with 2, others with 1', async () => {
    const ls = await cluster.fuga('ls --colour');
    expect(ls.code).toBe(2);
    expect(ls.err).toContain("unknown option '--colour'");
    expect(ls.err).toContain("Try 'fuga ls --help' for more information.");
    expect((await cluster.fuga('cat --colour')).code).toBe(1);
    expect((await cluster.fuga('mkdir')).err).toContain("missing required argument 'path'");
  });

  test('an alias that does not exist, and one that cannot', async () => {
    expect(await cluster.fuga('ls nowhere:/')).toEqual({
      code: 2,
      out: '',
      err: "ls: there is no alias 'nowhere'\n",
    });
    const { code, err } = await cluster.fuga('cat Bad:/x');
    expect(code).toBe(1);
    expect(err).toContain("'Bad' is no name of an alias");
  });

  test('a bug is shown with its stack', async () => {
    cluster.server.intercept = () => {
      throw new TypeError('a bug');
    };
    const { code, err } = await cluster.fuga('cat /x');
    expect(code).toBe(1);
    expect(err).toContain('TypeError');
    expect(err).toContain('    at ');
  });
});
