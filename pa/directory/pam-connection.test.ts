import { expect, test } from 'vitest';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './http-client.ts';
import { PamConnection, requestTimeoutMs, settledMs, streamSilenceMs } from './pam-connection.ts';
import type { Statement } from './port-view.ts';

const port = {
  host: '127.0.0.1',
  port: 7001,
  transport: 'tcp' as const,
  epoch: 4,
  node: 'a',
  areaUi: 'a'.repeat(32),
};
const entry = { name: 'home', areaUi: port.areaUi, port };

interface OpenStream {
  readonly say: (text: string) => void;
  readonly end: () => void;
  readonly signal: AbortSignal;
}

/** HTTP that answers by script, or not at all. */
function setUp(answers: readonly (HttpResponse | Error | 'silence')[] = []) {
  const time = manualClock();
  const requests: HttpRequest[] = [];
  const streams: OpenStream[] = [];
  const script = [...answers];
  const aborted = (signal: AbortSignal | undefined): Promise<never> =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  const http: HttpClient = {
    request(request) {
      requests.push(request);
      const answer = script.shift() ?? 'silence';
      if (answer === 'silence') return aborted(request.signal);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    stream(request, onText) {
      requests.push(request);
      const ended = new Promise<void>((resolve) => {
        streams.push({ say: onText, end: resolve, signal: request.signal! });
      });
      return Promise.race([ended, aborted(request.signal)]);
    },
    close: () => undefined,
  };
  const environment = { clock: time.clock, timers: time.timers, random: seededRandom(1) };
  const pam = new PamConnection({ environment, http, url: 'http://pam' });
  return { time, requests, streams, pam };
}

const answer = (status: number, json: unknown): HttpResponse => ({
  status,
  body: Buffer.from(JSON.stringify(json)),
});

test('what is not the answer of a PAM is an error, whatever it is', async () => {
  const { pam } = setUp([
    answer(200, { hello: 'world' }),
    answer(404, { code: 'not-found' }),
    { status: 200, body: Buffer.from('<html>') },
    answer(404, { code: 'unknown-alias', upMs: settledMs - 1 }),
    answer(404, { code: 'unknown-alias', upMs: settledMs }),
    answer(404, { code: 'unknown-alias' }),
    answer(200, entry),
  ]);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect(await pam.lookup('home')).toBeInstanceOf(Error);
  }
  expect(await pam.lookup('home')).toMatchObject({
    message: expect.stringContaining('does not know all aliases yet') as string,
  });
  expect(await pam.lookup('home')).toEqual({ kind: 'unknown-alias' });
  expect(await pam.lookup('home')).toEqual({ kind: 'unknown-alias' });
  expect(await pam.lookup('home')).toEqual({ kind: 'port', port });
});

test('a silent PAM is given up after some time, and nothing is left behind', async () => {
  const { pam, time } = setUp();
  const looking = pam.lookup('home');
  await time.advance(requestTimeoutMs);
  expect(await looking).toMatchObject({ message: expect.stringContaining('2000 ms') as string });
  expect(time.waiting).toBe(0);
});

test('a registration over a connection that had died is sent once more, and only once', async () => {
  const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  const { pam, requests } = setUp([reset, answer(200, { changed: true }), reset, reset]);
  expect(await pam.register('home', port)).toEqual({ kind: 'registered' });
  expect(await pam.register('home', port)).toEqual({ kind: 'unreachable', cause: reset });
  expect(requests).toHaveLength(4);
});

test('a stream that ends is opened again, later each time until it says something', async () => {
  const { pam, time, streams } = setUp();
  const statements: Statement[] = [];
  const subscription = pam.follow('home', (statement) => statements.push(statement));
  const gapsMs: number[] = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    streams.at(-1)?.end();
    await time.settle();
    let gapMs = 0;
    for (const count = streams.length; streams.length === count; gapMs += 1) await time.advance(1);
    gapsMs.push(gapMs);
  }
  expect(gapsMs[0]).toBeLessThanOrEqual(20);
  expect(gapsMs[7]).toBeGreaterThan(1_000);
  expect(gapsMs[7]).toBeLessThanOrEqual(2_000);

  const text = `event: alias\ndata: ${JSON.stringify(entry)}\n\n`;
  for (const character of text) streams.at(-1)?.say(character);
  expect(statements).toEqual([{ kind: 'port', port }]);
  streams.at(-1)?.end();
  await time.advance(20);
  expect(streams).toHaveLength(10);
  subscription.close();
  await time.advance(10_000);
  expect(streams).toHaveLength(10);
  expect(time.waiting).toBe(0);
});

test('a stream that falls silent is broken and opened again; a comment keeps it alive', async () => {
  const { pam, time, streams } = setUp();
  const subscription = pam.follow('home', () => undefined);
  await time.advance(requestTimeoutMs + 20);
  expect(streams).toHaveLength(2);
  for (let second = 0; second < 60; second += 5) {
    streams.at(-1)?.say(': alive\n\n');
    await time.advance(5_000);
  }
  expect(streams).toHaveLength(2);
  await time.advance(streamSilenceMs - 5_000 + 40);
  expect(streams[1]?.signal.aborted).toBe(true);
  expect(streams).toHaveLength(3);
  subscription.close();
  await time.settle();
  expect(time.waiting).toBe(0);
});
