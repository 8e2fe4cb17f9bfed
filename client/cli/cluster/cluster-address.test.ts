import { describe, expect, test } from 'vitest';
import { type AddressSources, findCluster } from './cluster-address.ts';

const find = (sources: Partial<AddressSources>) =>
  findCluster({
    pam: undefined,
    servers: undefined,
    alias: undefined,
    secretFile: undefined,
    environment: {},
    readClusterFile: () => undefined,
    ...sources,
  });

const file = (content: unknown) => () => ({
  path: 'fuga-data/cluster.json',
  text: typeof content === 'string' ? content : JSON.stringify(content),
});

describe('where the servers are', () => {
  test('the default, where nothing is said', () => {
    expect(find({})).toEqual({
      urls: ['http://127.0.0.1:7460'],
      servers: [],
      source: 'the default',
      alias: undefined,
      aliases: [],
      secretFile: undefined,
    });
  });

  test('what a cluster that runs here wrote down', () => {
    const written = { pams: ['http://127.0.0.1:9'], secretFile: '/s', aliases: ['home'], pid: 1 };
    expect(find({ readClusterFile: file(written) })).toEqual({
      urls: ['http://127.0.0.1:9'],
      servers: [],
      source: 'fuga-data/cluster.json',
      alias: undefined,
      aliases: ['home'],
      secretFile: '/s',
    });
  });

  test.each(['', '{', '[]', '{}', '{"pams":[]}', '{"pams":[1]}', 'null'])(
    'a file with "%s" is none',
    (text) => {
      expect(find({ readClusterFile: file(text) }).source).toBe('the default');
    },
  );

  test('the environment goes before the file, options before both', () => {
    const readClusterFile = file({ pams: ['http://127.0.0.1:9'], secretFile: '/s' });
    const environment = { FUGA_PAM: 'b:1, http://c:2/', FUGA_ALIAS: 'x', FUGA_SECRET_FILE: '/t' };
    expect(find({ readClusterFile, environment })).toEqual({
      urls: ['http://b:1', 'http://c:2'],
      servers: [],
      source: '$FUGA_PAM',
      alias: 'x',
      aliases: [],
      secretFile: '/t',
    });
    const options = { pam: 'd:3', alias: 'y', secretFile: '/u' };
    expect(find({ readClusterFile, environment, ...options })).toMatchObject({
      urls: ['http://d:3'],
      source: '--pam',
      alias: 'y',
      secretFile: '/u',
    });
  });

  test('servers, with the PAMs that were named and without the default one', () => {
    expect(find({ servers: 'a:1, [::1]:2' })).toMatchObject({
      urls: [],
      servers: [
        { host: 'a', port: 1 },
        { host: '::1', port: 2 },
      ],
      source: '--servers',
    });
    const environment = { FUGA_SERVERS: 'c:3' };
    const readClusterFile = file({ pams: ['http://127.0.0.1:9'] });
    expect(find({ environment, readClusterFile })).toMatchObject({
      urls: ['http://127.0.0.1:9'],
      servers: [{ host: 'c', port: 3 }],
    });
    expect(find({ environment })).toMatchObject({ urls: [], source: '$FUGA_SERVERS' });
  });

  test('a list of aliases, as servers have it, names no default', () => {
    expect(find({ environment: { FUGA_ALIAS: 'a,b' } }).alias).toBeUndefined();
    expect(find({ environment: { FUGA_ALIAS: '' } }).alias).toBeUndefined();
  });

  test('what is no address or no name is said', () => {
    expect(() => find({ pam: 'https://x' })).toThrow("--pam: 'https://x' is no address");
    expect(() => find({ environment: { FUGA_PAM: 'a,,b' } })).toThrow(
      "$FUGA_PAM: '' is no address",
    );
    expect(() => find({ servers: 'a:1,b' })).toThrow("--servers: 'b' is no address of a server");
    expect(() => find({ alias: 'No' })).toThrow("'No' is no name of an alias");
  });
});
