import { expect, test } from 'vitest';
import { ConfiguredExports } from './configured-exports.ts';
import type { Export } from './volume-exports.ts';
import { clientsPerExportMax, exportsPerVolumeMax, parseExports } from './parse-exports.ts';

function parse(text: string): readonly Export[] {
  return parseExports([{ name: 'exports', text }], ['home', 'data']).get('home')!.list;
}

test('exports(5): lines, comments, continuations, quotes, octal bytes', () => {
  const list = parse(
    [
      '# everything',
      '/home/  10.0.0.0/8(rw) \\',
      '  192.0.2.1   # and this one',
      '',
      '"/home/two words"\t*',
      '/home/a/t\\303\\244st ::1',
      '/data *',
    ].join('\r\n'),
  );
  expect(list.map(({ names }) => names)).toEqual([[], ['two words'], ['a', 't\u00c3\u00a4st']]);
  expect(list[0]?.clients.map(({ text }) => text)).toEqual(['192.0.2.1', '10.0.0.0/8']);
});

test('exports(5): options, and what holds without them', () => {
  const anonymous = { uid: 65_534, gid: 65_534, groups: [] };
  const ruleOf = (client: string) => parse(`/home ${client}`)[0]?.clients[0]?.rule;
  const least = { isReadOnly: true, isSecure: false, squash: { who: 'root', anonymous } };
  expect(ruleOf('*')).toEqual(least);
  expect(ruleOf('*()')).toEqual(least);
  expect(ruleOf('*(ro,insecure,root_squash,sync,no_subtree_check)')).toEqual(least);
  expect(ruleOf('*(rw,secure,no_root_squash)')).toEqual({
    isReadOnly: false,
    isSecure: true,
    squash: { who: 'none', anonymous },
  });
  expect(ruleOf('*(all_squash,anonuid=0,anongid=4294967295)')?.squash).toEqual({
    who: 'all',
    anonymous: { uid: 0, gid: 0xffff_ffff, groups: [] },
  });
});

test.each([
  ['/home', 'name the clients'],
  ['home *', '"home" is no directory'],
  ['/other *', 'no volume /other: it has /home, /data'],
  ['/ *', 'no volume /'],
  ['/home/../x *', '".." is no name'],
  [`/home/${'x'.repeat(1100)} *`, 'more than 1024 bytes'],
  ['/home *(rw', '"*(rw" is no client'],
  ['/home * (rw)', 'without a blank between'],
  ['/home host.example.org(rw)', 'names are not looked up'],
  ['/home 10.0.0.1/8', 'bits set behind its prefix'],
  ['/home *(read)', 'there is no option "read": there are ro, rw'],
  ['/home *(anonuid=4294967296)', 'there is no option'],
  ['/home *(ro,rw)', 'two different things'],
  ['/home 10.0.0.1 ::ffff:10.0.0.1', '::ffff:10.0.0.1 is named twice'],
  ['/home *\n/home/ ::1', 'exports:3: /home is exported already, at exports:2'],
  ['/home "*', 'a quote is not closed'],
  ['/home * \\', 'goes on'],
  ['/home/\u00c3\u00a4 x', '"x" is no client'],
])('exports: %j is refused with file and line', (line, message) => {
  const refused = () => parse(`# first\n${line}`);
  expect(refused).toThrow(message);
  expect(refused).toThrow(/^exports:[23]: /);
});

test('exports: bounded', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => `/home/${index} *`);
  expect(parse(lines(exportsPerVolumeMax).join('\n'))).toHaveLength(exportsPerVolumeMax);
  expect(() => parse(lines(exportsPerVolumeMax + 1).join('\n'))).toThrow('at most');
  const clients = Array.from({ length: clientsPerExportMax + 1 }, (_, index) => `::${index + 1}`);
  expect(() => parse(`/home ${clients.join(' ')}`)).toThrow('write networks');
});

test('exports: what cannot be read or understood leaves the old ones in force', async () => {
  let text: string | undefined = '/home ::1';
  const exports = new ConfiguredExports(['home', 'data'], async () => {
    if (text === '') throw new Error('gone');
    return text === undefined ? undefined : [{ name: '/etc/exports', text }];
  });
  await exports.load();
  const before = exports.of('home');
  expect(before.list).toHaveLength(1);
  expect(exports.of('data').list).toEqual([]);
  text = '/home ::1\n/home/a nowhere';
  await expect(exports.load()).rejects.toThrow('/etc/exports:2: "nowhere" is no client');
  text = '';
  await expect(exports.load()).rejects.toThrow('gone');
  expect(exports.of('home')).toBe(before);
  text = undefined;
  await exports.load();
  expect(exports.of('data').list[0]?.clients[0]?.text).toBe('*');
});
