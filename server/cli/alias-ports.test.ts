import { expect, test } from 'vitest';
import { aliasPorts } from './alias-ports.ts';

const alias = ['home', 'work', 'play'];

test('one port is the first of as many as there are aliases; 0 is any free one for each', () => {
  expect(aliasPorts({ alias, port: [2_049] }).ports).toEqual([2_049, 2_050, 2_051]);
  expect(aliasPorts({ alias, port: [0] }).ports).toEqual([0, 0, 0]);
  expect(aliasPorts({ alias, port: [7, 0, 5] }).ports).toEqual([7, 0, 5]);
});

test('the same port for MOUNT is no second one', () => {
  expect(aliasPorts({ alias, port: [7], mountPort: [7] }).mountPorts).toBeUndefined();
  expect(aliasPorts({ alias, port: [0], mountPort: [0] }).mountPorts).toEqual([0, 0, 0]);
});

test.each([
  [{ alias, port: [7, 8] }, '--nfs-port names 2 ports, and there are 3 aliases'],
  [{ alias, port: [65_534] }, 'there are no 3 ports from there on'],
  [{ alias, port: [7], mountPort: [9] }, 'choose two that are further apart'],
  [{ alias, port: [7, 7, 8] }, '--nfs-port 7,7,8 names a port twice'],
])('%j', (options, message) => {
  expect(() => aliasPorts(options)).toThrow(message);
});
