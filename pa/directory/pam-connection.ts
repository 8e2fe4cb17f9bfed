import { createParser } from 'eventsource-parser';
import type { Clock, Timer, Timers } from '../../environment/clock.ts';
import type { Random } from '../../environment/random.ts';
import { backoffMs } from '../backoff.ts';
import type { ClusterSecret } from '../secret.ts';
import { type HttpClient, type HttpResponse, isConnectionClosed } from './http-client.ts';
import { parseEntry, parseError, parseEvent, parseJson } from './pam-messages.ts';
import type { Port } from './port.ts';
import type { Registration, Subscription } from './port-directory.ts';
import type { PortSource } from './port-source.ts';
import type { Statement } from './port-view.ts';
import {
  nonceBytes,
  signatureHeader,
  type SignedPurpose,
  signRequest,
} from './request-signature.ts';

/** How long a PAM may take to answer; one that is silent does not hold up the others. */
export const requestTimeoutMs = 2_000;
/** An event stream says every 5 s that it lives; after this time without a word it is taken for dead. */
export const streamSilenceMs = 15_000;
/**
 * A PAM that has been up for so long has heard of every alias that is served: holders register about once a second. Before
 * that, its "there is no such alias" means nothing.
 */
export const settledMs = 2_500;
const answerBytesMax = 8 * 1024 * 1024;
const eventBytesMax = 8 * 1024 * 1024;
const followBackoff = { firstMs: 20, maxMs: 2_000 };

export interface PamConnectionOptions {
  readonly environment: {
    readonly clock: Clock;
    readonly timers: Timers;
    readonly random: Random;
  };
  readonly http: HttpClient;
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  readonly secret?: ClusterSecret | undefined;
}

/** One PAM. */
export class PamConnection implements PortSource {
  readonly url: string;
  readonly #options: PamConnectionOptions;

  constructor(options: PamConnectionOptions) {
    this.url = options.url;
    this.#options = options;
  }

  /** What this PAM says of the alias; an Error where it says nothing. */
  async lookup(alias: string): Promise<Statement | Error> {
    const answer = await this.send('GET', `/v1/aliases/${alias}`);
    if (answer instanceof Error) return answer;
    const json = parseJson(answer.body.toString('utf8'));
    if (answer.status === 200) {
      return parseEntry(json)?.statement ?? this.#strange(answer);
    }
    const { code, upMs } = parseError(json);
    if (code !== 'unknown-alias') return this.#strange(answer);
    if (upMs >= settledMs) return { kind: 'unknown-alias' };
    return new Error(`${this.url} was started ${upMs} ms ago and does not know all aliases yet`);
  }

  async register(alias: string, port: Port): Promise<Registration> {
    const put = (): Promise<HttpResponse | Error> =>
      this.send('PUT', `/v1/aliases/${alias}/port`, { purpose: 'registration', json: port });
    let answer = await put();
    // An idle connection to a PAM that was restarted: the second attempt gets a new one.
    if (answer instanceof Error && isConnectionClosed(answer)) answer = await put();
    if (answer instanceof Error) return { kind: 'unreachable', cause: answer };
    if (answer.status === 200) return { kind: 'registered' };
    const { code, message } = parseError(parseJson(answer.body.toString('utf8')));
    if (code === 'stale-epoch') return { kind: 'stale-epoch' };
    return { kind: code === 'other-area' ? 'other-area' : 'refused', message };
  }

  /** One request, signed where it changes something and there is a secret. Never rejects. */
  async send(
    method: string,
    path: string,
    change?: { readonly purpose: SignedPurpose; readonly json?: object },
    patienceMs = requestTimeoutMs,
  ): Promise<HttpResponse | Error> {
    const { http, environment } = this.#options;
    const body = change?.json && Buffer.from(JSON.stringify(change.json));
    const abort = new AbortController();
    const timeout = environment.timers.after(patienceMs, () => {
      abort.abort(new Error(`${this.url} did not answer within ${patienceMs} ms`));
    });
    try {
      return await http.request(
        {
          method,
          url: this.url + path,
          headers: {
            ...(body && { 'content-type': 'application/json' }),
            ...(change && this.#signature(change.purpose, method, path, body)),
          },
          ...(body && { body }),
          signal: abort.signal,
        },
        answerBytesMax,
      );
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      timeout.cancel();
    }
  }

  /** Tells what this PAM says of an alias, now and whenever it changes, until the subscription is closed. */
  follow(alias: string, onStatement: (statement: Statement) => void): Subscription {
    const { timers, random } = this.#options.environment;
    let stopped = false;
    let abort = new AbortController();
    let pause: Timer | undefined;
    let attempt = 0;

    const connect = (): void => {
      abort = new AbortController();
      this.#stream(alias, abort, (statement) => {
        attempt = 0;
        if (!stopped) onStatement(statement);
      })
        .catch(() => undefined)
        .finally(() => {
          if (stopped) return;
          pause = timers.after(backoffMs(followBackoff, attempt, random), connect);
          attempt += 1;
        });
    };
    connect();
    return {
      close() {
        stopped = true;
        pause?.cancel();
        abort.abort();
      },
    };
  }

  /** One event stream, until it ends or falls silent. */
  async #stream(
    alias: string,
    abort: AbortController,
    onStatement: (statement: Statement) => void,
  ): Promise<void> {
    const { http, environment } = this.#options;
    const { timers } = environment;
    const silent = (): void => {
      abort.abort(new Error(`${this.url} is silent`));
    };
    let watchdog = timers.after(requestTimeoutMs, silent);
    const parser = createParser({
      maxBufferSize: eventBytesMax,
      onEvent: ({ event, data }) => {
        const statement = parseEvent(alias, event ?? '', data);
        if (statement !== undefined) onStatement(statement);
      },
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') abort.abort(error);
      },
    });
    try {
      await http.stream(
        { method: 'GET', url: `${this.url}/v1/events?alias=${alias}`, signal: abort.signal },
        (text) => {
          watchdog.cancel();
          watchdog = timers.after(streamSilenceMs, silent);
          parser.feed(text);
        },
      );
    } finally {
      watchdog.cancel();
    }
  }

  #signature(
    purpose: SignedPurpose,
    method: string,
    path: string,
    body: Buffer | undefined,
  ): Record<string, string> {
    const { secret, environment } = this.#options;
    if (secret === undefined) return {};
    const request = { method, path, body: body ?? Buffer.alloc(0) };
    const sentMs = environment.clock.wallMicroseconds() / 1_000;
    const nonce = environment.random.bytes(nonceBytes);
    return { [signatureHeader]: signRequest(secret, purpose, request, sentMs, nonce) };
  }

  #strange(answer: HttpResponse): Error {
    return new Error(`${this.url} answered with status ${answer.status}, not as a PAM does`);
  }
}
