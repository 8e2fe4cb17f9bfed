import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import {
  parseAliases,
  parseCount,
  parseMilliseconds,
  parseNode,
  parsePams,
  parsePort,
  parseSize,
} from './option-parsers.ts';

const refused = (parse: () => unknown): string => {
  try {
    parse();
  } catch (error) {
    if (error instanceof InvalidArgumentError) return error.message;
    throw error;
  }
  throw new Error('accepted');
};

describe('parsePort', () => {
  test('takes 0 to 65535', () => {
    expect(['0', '2049', '65535'].map(parsePort)).toEqual([0, 2049, 65_535]);
  });
  test.each(['', '-1', '65536', '1e3', '0x10', '20 49', 'nfs', '123456'])(
    'refuses "%s"',
    (text) => {
      expect(refused(() => parsePort(text))).toContain('from 0');
    },
  );
});

describe('parseSize', () => {
  test.each([
    ['1', 1],
    ['4096', 4096],
    ['10G', 10 * 2 ** 30],
    ['10GiB', 10 * 2 ** 30],
    ['500m', 500 * 2 ** 20],
    ['1.5T', 1.5 * 2 ** 40],
    ['2k', 2048],
    ['2MB', 2_000_000],
    ['7B', 7],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });
  test.each(['', '0', '-1G', 'ten', '10X', '1e9', '9999P', '0.1', 'G'])('refuses "%s"', (text) => {
    expect(refused(() => parseSize(text))).toContain('such as 500M');
  });
});

describe('parseAliases', () => {
  test('splits a list', () => {
    expect(parseAliases('home, projects')).toEqual(['home', 'projects']);
  });
  test.each([
    ['', 'at least one'],
    ['home,home', 'named twice'],
    ['Home', 'an alias name has'],
    ['ho me', 'an alias name has'],
    ['../x', 'an alias name has'],
    ['cluster.json', 'taken by the cluster'],
  ])('refuses "%s": %s', (text, message) => {
    expect(refused(() => parseAliases(text))).toContain(message);
  });
});

describe('parsePams', () => {
  test('takes URLs and host:port', () => {
    expect(parsePams('http://127.0.0.1:7460/,pam:7460,[::1]:7460')).toEqual([
      'http://127.0.0.1:7460',
      'http://pam:7460',
      'http://[::1]:7460',
    ]);
  });
  test.each(['', ',', 'https://pam:1', 'http://', 'pam:70000', 'http://pam:7460/v1'])(
    'refuses "%s"',
    (text) => {
      expect(refused(() => parsePams(text))).toMatch(/PAM/);
    },
  );
});

test('parseNode refuses what would not fit into a claim or a terminal', () => {
  expect(parseNode('rack-1.a')).toBe('rack-1.a');
  for (const text of ['', '-a', 'a b', 'ä', 'a'.repeat(65)]) refused(() => parseNode(text));
});

test('parseMilliseconds refuses zero and what is no number', () => {
  expect(parseMilliseconds('1000')).toBe(1000);
  for (const text of ['0', '1s', '-5', '1.5', '90000000']) refused(() => parseMilliseconds(text));
});

test('parseCount names its limit', () => {
  expect(parseCount(8)('8')).toBe(8);
  expect(refused(() => parseCount(8)('9'))).toContain('1 to 8');
});
