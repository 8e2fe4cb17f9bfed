import { expect, test } from 'vitest';
import { passedSockets, socketsOf } from './passed-sockets.ts';

const passed = (LISTEN_FDS: string, LISTEN_FDNAMES?: string) =>
  passedSockets({ LISTEN_PID: '7', LISTEN_FDS, LISTEN_FDNAMES }, 7) ?? [];

test('there are none without the variables, or where they are meant for another process', () => {
  expect(passedSockets({}, 7)).toBeUndefined();
  expect(passedSockets({ LISTEN_PID: '8', LISTEN_FDS: '1' }, 7)).toBeUndefined();
});

test('sockets find their aliases by name, in any order', () => {
  const found = socketsOf(['home', 'work'], passed('4', 'work:home:home/mount:work/mount'));
  expect(found.map(({ service, mount }) => [service.fd, mount?.fd])).toEqual([
    [4, 5],
    [3, 6],
  ]);
});

test('without names of aliases they are taken in order', () => {
  const found = socketsOf(['home', 'work'], passed('2', 'fuga.socket:fuga.socket'));
  expect(found.map(({ service }) => service.fd)).toEqual([3, 4]);
  expect(socketsOf(['home'], passed('1')).length).toBe(1);
});

test.each([
  [['home'], () => passed('none'), 'LISTEN_FDS is "none"'],
  [['home'], () => passed('2', 'home'), 'has 1 names ("home") for 2 sockets'],
  [['home', 'work'], () => passed('1'), 'no socket was passed for "work"'],
  [['home', 'work'], () => passed('2', 'work:wrok'), 'FileDescriptorName=home'],
  [['home'], () => passed('2', 'home:other'), '1 of the 2 sockets that were passed (home, other)'],
  [
    ['home', 'work'],
    () => passed('3', 'home:home/mount:work'),
    'for some aliases, and not for all',
  ],
])('aliases %j: what does not fit is said', (aliases, sockets, message) => {
  expect(() => socketsOf(aliases, sockets())).toThrow(message);
});
