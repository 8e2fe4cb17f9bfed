import { fc, test as property } from '@fast-check/vitest';
import { expect } from 'vitest';
import type { FakePort, Fault } from './testing/fake-area.ts';
import { hexOf } from './testing/text.ts';
import { makeWorld } from './testing/world.ts';

/** What may happen to a call at a port. Silence is in it, so that AYA and the parallel connection are, too. */
const fault: fc.Arbitrary<Fault | undefined> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant<Fault>({ kind: 'break' }) },
  { weight: 2, arbitrary: fc.constant<Fault>({ kind: 'execute-and-break' }) },
  { weight: 1, arbitrary: fc.constant<Fault>({ kind: 'address-unknown' }) },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 60 }).map<Fault>((delayMs) => ({ kind: 'try-again', delayMs })),
  },
  { weight: 1, arbitrary: fc.constant<Fault>({ kind: 'silence' }) },
);

/** What happens to the cluster between calls. */
const happening = fc.constantFrom(
  'takeover' as const,
  'takeover-without-pam' as const,
  'restart-in-place' as const,
  'pam-restarts-empty' as const,
  'connections-break' as const,
  'quiet' as const,
);

property.prop(
  [
    fc.array(fault, { minLength: 1, maxLength: 40 }),
    fc.array(fc.tuple(happening, fc.nat({ max: 8 }), fc.nat({ max: 400 })), { maxLength: 12 }),
    fc.nat(),
  ],
  { numRuns: 40 },
)(
  'whatever breaks: each call is answered, and was executed once',
  async (faults, happenings, seed) => {
    const world = makeWorld({ limits: { outstandingMax: 8 } }, seed);
    let serial = 0;
    let epoch = 1;
    let knows = true;
    const misbehave = (port: FakePort): FakePort => {
      port.script = ({ what }) => {
        const found = faults[serial++ % (4 * faults.length)];
        return what !== 'call' && found?.kind === 'execute-and-break' ? { kind: 'break' } : found;
      };
      return port;
    };
    let port = misbehave(await world.serve(epoch));
    const endings: Promise<unknown>[] = [];
    const texts: string[] = [];
    for (const [what, calls, afterMs] of happenings) {
      for (let index = 0; index < calls; index += 1) {
        const text = `${texts.length}`;
        texts.push(text);
        endings.push(world.call(text));
      }
      await world.time.advance(afterMs);
      // The heartbeat, unless PAM is not to know of this holder.
      if (knows) await world.directory.register('home', { ...port.port, epoch });
      if (what === 'connections-break') port.breakConnections();
      if (what === 'pam-restarts-empty') world.directory.restartEmpty();
      if (what === 'takeover' || what === 'takeover-without-pam' || what === 'restart-in-place') {
        const place = what === 'restart-in-place' ? { port: port.port.port } : {};
        epoch += 1;
        await port.kill();
        knows = what === 'takeover';
        port = misbehave(await world.serve(epoch, place, knows));
      }
    }
    // The heartbeat of the last holder, and no more faults.
    port.script = () => undefined;
    await world.directory.register('home', { ...port.port, epoch });
    await world.time.advance(40_000);
    const results = await Promise.all(endings);
    expect(results).toMatchObject(texts.map((text) => ({ ok: true, text })));
    expect([...world.area.executed].sort()).toEqual(texts.map(hexOf).sort());

    const closing = world.client.close();
    await world.time.advance(1_000);
    await closing;
    await port.kill();
    await world.time.settle();
    expect([world.time.waiting, world.directory.subscriptions]).toEqual([0, 0]);
  },
);
