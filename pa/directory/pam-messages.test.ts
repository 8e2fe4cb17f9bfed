import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { parseEntries, parseEntry, parseError, parseEvent, parseJson } from './pam-messages.ts';

const port = {
  host: '127.0.0.1',
  port: 7001,
  transport: 'tcp',
  epoch: 4,
  node: 'a',
  areaUi: 'a'.repeat(32),
};
const entry = { name: 'home', areaUi: port.areaUi, port };

test('an entry with and without a port', () => {
  expect(parseEntry(entry)).toEqual({ name: 'home', statement: { kind: 'port', port } });
  expect(parseEntry({ ...entry, port: null })).toEqual({
    name: 'home',
    statement: { kind: 'no-port' },
  });
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a number', 4],
  ['a list', [entry]],
  ['a bad name', { ...entry, name: '../x' }],
  ['no name', { port }],
  ['no port', { name: 'home' }],
  ['a fraction', { ...entry, port: { ...port, epoch: 1.5 } }],
  ['a string for a number', { ...entry, port: { ...port, port: '7001' } }],
  ['another transport', { ...entry, port: { ...port, transport: 'udp' } }],
  ['a bad area', { ...entry, port: { ...port, areaUi: 'zz' } }],
  ['no host', { ...entry, port: { ...port, host: '' } }],
])('%s is no entry', (_, json) => {
  expect(parseEntry(json)).toBeUndefined();
});

test('members that are none are left out', () => {
  const member = { node: 'b', role: 'backup', address: '127.0.0.1:9' };
  const found = parseEntry({ ...entry, port: { ...port, members: [member, { node: 3 }, null] } });
  expect(found?.statement).toEqual({ kind: 'port', port: { ...port, members: [member] } });
});

test('what events say of one alias', () => {
  const say = (name: string, data: unknown) => parseEvent('home', name, JSON.stringify(data));
  expect(say('snapshot', { aliases: [entry] })).toEqual({ kind: 'port', port });
  expect(say('snapshot', { aliases: [] })).toEqual({ kind: 'unknown-alias' });
  expect(say('snapshot', { aliases: [{}] })).toBeUndefined();
  expect(say('alias', entry)).toEqual({ kind: 'port', port });
  expect(say('alias', { ...entry, name: 'other' })).toBeUndefined();
  expect(say('deleted', { name: 'home' })).toEqual({ kind: 'unknown-alias' });
  expect(say('deleted', { name: 'other' })).toBeUndefined();
  expect(say('novelty', entry)).toBeUndefined();
  expect(parseEvent('home', 'alias', '{')).toBeUndefined();
});

test('an error without its fields is told all the same', () => {
  expect(parseError({ code: 'forged', message: 'no', upMs: 3 })).toEqual({
    code: 'forged',
    message: 'no',
    upMs: 3,
  });
  expect(parseError('<html>')).toMatchObject({ code: '', upMs: Infinity });
});

property.prop([fc.json()])('no JSON makes the parsers throw', (text) => {
  const json = parseJson(text);
  parseEntry(json);
  parseEntries(json);
  parseError(json);
  parseEvent('home', 'snapshot', text);
});
