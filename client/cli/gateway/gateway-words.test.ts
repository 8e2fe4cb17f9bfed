import { expect, test } from 'vitest';
import { parseListenAddress } from './listen-address.ts';
import { mountCommand } from './mount-command.ts';

test('the mount command names what a client cannot find out without a portmapper', () => {
  const at = { host: '127.0.0.1', port: 2049 };
  expect(mountCommand('home', at, { ...at, port: 20_048 }, 'desk')).toBe(
    'mount -t nfs -o hard,nolock,vers=3,proto=tcp,port=2049,mountport=20048,mountproto=tcp 127.0.0.1:/home /mnt',
  );
  const six = { host: '::1', port: 7 };
  expect(mountCommand('home', six, six, 'desk')).toMatch(/proto=tcp6,.*mountproto=tcp6 \[::1\]:/);
  const all = { host: '0.0.0.0', port: 2049 };
  expect(mountCommand('home', all, all, 'desk')).toMatch(/ desk:\/home \/mnt$/);
});

test('where to listen: an address and a port, in brackets where it is IPv6', () => {
  expect(parseListenAddress('127.0.0.1:0')).toEqual({ host: '127.0.0.1', port: 0 });
  expect(parseListenAddress('[::1]:2049')).toEqual({ host: '::1', port: 2049 });
  for (const text of ['2049', '127.0.0.1', '::1:2049', 'host:65536', ':1', '[]:1', 'a:-1']) {
    expect(() => parseListenAddress(text), text).toThrow('such as 127.0.0.1:2049');
  }
});
