import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import type { Port } from './port.ts';
import { PortView, type Statement } from './port-view.ts';

const port = (epoch: number, area = 'a', node = 'n'): Port => ({
  host: '127.0.0.1',
  port: 7000 + epoch,
  transport: 'tcp',
  epoch,
  node,
  areaUi: area.repeat(32),
});
const says = (epoch: number, area = 'a'): Statement => ({ kind: 'port', port: port(epoch, area) });
const knowsNothing: Statement = { kind: 'unknown-alias' };

test('the highest epoch wins, whoever says it and in whatever order', () => {
  const view = new PortView();
  expect(view.state('one', says(4))).toBe(true);
  expect(view.state('two', says(3))).toBe(false);
  expect(view.best).toEqual(port(4));
  expect(view.state('two', says(5))).toBe(true);
  expect(view.state('one', says(4))).toBe(false);
  expect(view.best).toEqual(port(5));
});

test('a PAM that restarts empty takes nothing away', () => {
  const view = new PortView();
  view.state('one', says(4));
  expect(view.state('one', knowsNothing)).toBe(false);
  expect(view.best).toEqual(port(4));
  expect(view.state('one', says(3))).toBe(false);
  expect(view.best).toEqual(port(4));
});

test('another area is not believed while one PAM names the known one', () => {
  const view = new PortView();
  view.state('one', says(4));
  view.state('two', says(4));
  expect(view.state('two', says(90, 'b'))).toBe(false);
  expect(view.state('two', says(91, 'b'))).toBe(false);
  expect(view.best).toEqual(port(4));
  expect(view.state('one', says(91, 'b'))).toBe(true);
  expect(view.best).toEqual(port(91, 'b'));
});

test('after a reset the epochs of the new area start again', () => {
  const view = new PortView();
  view.state('one', says(40));
  expect(view.state('one', { kind: 'no-port' })).toBe(false);
  expect(view.state('one', says(1, 'b'))).toBe(true);
  expect(view.best).toEqual(port(1, 'b'));
});

test('the same place again is no news', () => {
  const view = new PortView();
  view.state('one', says(4));
  expect(view.state('two', { kind: 'port', port: port(4, 'a', 'n') })).toBe(false);
});

test('without a port it says whether the alias exists', () => {
  const view = new PortView();
  view.state('one', knowsNothing);
  expect(view.emptiness).toBe('unknown-alias');
  view.state('two', { kind: 'no-port' });
  expect(view.emptiness).toBe('no-port');
});

const statement: fc.Arbitrary<Statement> = fc.oneof(
  fc.constant(knowsNothing),
  fc.constant<Statement>({ kind: 'no-port' }),
  fc.integer({ min: 1, max: 9 }).map((epoch) => says(epoch)),
);

property.prop([fc.array(fc.tuple(fc.constantFrom('one', 'two', 'three'), statement))])(
  'with one area the epoch never goes back, whatever is said',
  (sayings) => {
    const view = new PortView();
    let highest = 0;
    for (const [pam, said] of sayings) {
      view.state(pam, said);
      if (said.kind === 'port') highest = Math.max(highest, said.port.epoch);
      expect(view.best?.epoch ?? 0).toBe(highest);
    }
  },
);
