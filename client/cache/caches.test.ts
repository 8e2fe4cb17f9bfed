import { describe, expect, test } from 'vitest';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import { clientOf, memoryFs, rejectionOf } from '../testing/memory-fs.ts';
import type { CacheOptions } from './cache-options.ts';

/** Client A believes what it saw; B asks each time. Time stands still. */
function twoClients(options: CacheOptions = {}) {
  const time = manualClock();
  const { fs: b, server } = memoryFs();
  const a = clientOf(server, { cache: { clock: time.clock, ...options } });
  const callsOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    const before = server.calls.length;
    await work();
    return server.calls.slice(before).map((name) => name.replace(/^.*PROC_/, ''));
  };
  return { a, b, server, time, callsOf };
}

describe('attribute and name caches (RFC 1813 §4.12)', () => {
  test('a path is walked once: then the way costs nothing, and stat neither', async () => {
    const { a, b, callsOf } = twoClients();
    await b.mkdir('/x/y/z', { recursive: true });
    await b.writeFile('/x/y/z/file', 'text');
    expect(await callsOf(() => a.stat('/x/y/z/file'))).toEqual([
      ...['MNT', 'GETATTR'],
      ...['LOOKUP', 'LOOKUP', 'LOOKUP', 'LOOKUP'],
    ]);
    expect(await callsOf(() => a.stat('/x/y/z/file'))).toEqual([]);
    expect(await callsOf(() => a.readFile('/x/y/z/file'))).toEqual(['LOOKUP', 'READ']);
    expect(await callsOf(() => b.stat('/x/y/z/file'))).toHaveLength(4);
  });

  test('close-to-open: what B wrote and closed is what A opens, although stat still tells the old size', async () => {
    const { a, b } = twoClients();
    await b.writeFile('/file', 'old');
    expect((await a.stat('/file')).size).toBe(3);
    await b.writeFile('/file', 'longer');
    expect((await a.stat('/file')).size).toBe(3);
    const handle = await a.open('/file');
    expect((await handle.stat()).size).toBe(6);
    expect(await handle.readFile('utf8')).toBe('longer');
    await handle.close();
    expect((await a.stat('/file')).size).toBe(6);
  });

  test('close-to-open: another file under the name is found, and one that A saw missing', async () => {
    const { a, b } = twoClients();
    await b.writeFile('/file', 'one');
    await a.stat('/file');
    expect(await rejectionOf(a.stat('/late'))).toMatchObject({ code: 'ENOENT' });
    await b.writeFile('/other', 'two');
    await b.rename('/other', '/file');
    await b.writeFile('/late', 'there');
    expect(await rejectionOf(a.stat('/late'))).toMatchObject({ code: 'ENOENT' });
    expect(await a.readFile('/file', 'utf8')).toBe('two');
    expect(await a.readFile('/late', 'utf8')).toBe('there');
  });

  test('nocto: open believes too, and asks when the time is over', async () => {
    const { a, b, callsOf, time } = twoClients({ closeToOpen: false });
    await b.writeFile('/file', 'old');
    await a.stat('/file');
    expect(await callsOf(() => a.readFile('/file'))).toEqual(['READ']);
    await time.advance(60_000);
    expect(await callsOf(() => a.readFile('/file'))).toEqual(['GETATTR', 'GETATTR', 'READ']);
  });

  test('attributes are believed 3 s to 60 s, by the age of the last change; those of directories from 30 s', async () => {
    const { a, b, callsOf, time } = twoClients();
    const ageOf = (path: string, ms: number) =>
      b.stat(path).then(({ ctimeMs }) => time.advance(ctimeMs + ms - time.clock.monotonicMs()));
    await b.writeFile('/file', '');
    const asksAfter = async (path: string, ms: number) => {
      await time.advance(ms);
      return (await callsOf(() => a.stat(path))).length > 0;
    };
    // The first look at a file that was changed just now.
    await ageOf('/file', 0);
    await a.stat('/file');
    expect(await asksAfter('/file', 2_999)).toBe(false);
    expect(await asksAfter('/file', 1)).toBe(true);
    await ageOf('/file', 200_000);
    await a.stat('/file');
    expect(await asksAfter('/file', 19_999)).toBe(false);
    expect(await asksAfter('/file', 1)).toBe(true);
    await ageOf('/file', 86_400_000);
    await a.stat('/file');
    expect(await asksAfter('/file', 59_999)).toBe(false);
    expect(await asksAfter('/file', 1)).toBe(true);
    await b.mkdir('/dir');
    await a.stat('/dir');
    expect(await asksAfter('/dir', 29_999)).toBe(false);
  });

  test('names in a directory that did not change cost one GETATTR together, in one that did a LOOKUP each', async () => {
    const { a, b, callsOf, time } = twoClients();
    await b.mkdir('/dir');
    const names = ['a', 'b', 'c'].map((name) => `/dir/${name}`);
    const statAll = async () => {
      for (const name of names) await a.access(name).catch(() => undefined);
    };
    await b.writeFile('/dir/a', '');
    await statAll();
    expect(await callsOf(statAll)).toEqual([]);
    await time.advance(60_000);
    // The root, the directory, and the attributes of the one file that there is.
    expect(await callsOf(statAll)).toEqual(['GETATTR', 'GETATTR', 'GETATTR']);
    await b.writeFile('/dir/b', '');
    await time.advance(60_000);
    expect(await callsOf(statAll)).toEqual(['GETATTR', 'GETATTR', 'LOOKUP', 'LOOKUP', 'LOOKUP']);
    await a.stat('/dir/b');
  });

  test('what is made of a name that was missing on the way is found: only stat believes that it is missing', async () => {
    const { a, b } = twoClients();
    await rejectionOf(a.stat('/new/file'));
    await b.mkdir('/new');
    expect(await rejectionOf(a.stat('/new/file'))).toMatchObject({ code: 'ENOENT' });
    await a.writeFile('/new/file', 'x');
    expect((await a.stat('/new/file')).size).toBe(1);
  });

  test('a handle that went stale is looked up once more: a directory that was made anew', async () => {
    const { a, b } = twoClients();
    await b.mkdir('/dir');
    await b.writeFile('/dir/file', 'one');
    await a.stat('/dir/file');
    await b.rm('/dir', { recursive: true });
    await b.mkdir('/dir');
    await b.writeFile('/dir/file', 'two');
    expect(await a.readFile('/dir/file', 'utf8')).toBe('two');
    expect((await a.stat('/dir/file')).size).toBe(3);
  });

  test('an append goes to the end that the file has, not to the one that was seen', async () => {
    const { a, b } = twoClients();
    await a.writeFile('/log', 'a');
    const handle = await a.open('/log', 'a');
    await handle.stat();
    await b.appendFile('/log', 'b');
    await handle.write('c');
    await handle.close();
    expect(await b.readFile('/log', 'utf8')).toBe('abc');
  });

  test('the root and a held directory show what was put into them', async () => {
    const { a, b, time } = twoClients();
    const here = await a.cd('/');
    const before = (await here.stat('.')).mtimeMs;
    await a.mkdir('/dir');
    expect((await here.stat('.')).mtimeMs).toBeGreaterThan(before);
    const between = (await a.stat('/')).mtimeMs;
    await b.mkdir('/other');
    await time.advance(60_000);
    expect((await a.stat('/')).mtimeMs).toBeGreaterThan(between);
  });

  test('without caches (noac) everything is asked for, and the root is too', async () => {
    const { a, b } = twoClients();
    const before = (await b.stat('/')).mtimeMs;
    await a.writeFile('/file', 'x');
    expect((await b.stat('/')).mtimeMs).toBeGreaterThan(before);
    expect((await b.stat('/file')).size).toBe(1);
  });

  test('options that contradict each other are refused', () => {
    expect(() => twoClients({ fileMinMs: 5, fileMaxMs: 4 })).toThrow('5 ms at least');
    expect(() => twoClients({ entriesMax: 0 })).toThrow(RangeError);
  });
});
