import type { HttpClient, HttpRequest, HttpResponse } from '../../../pa/directory/http-client.ts';
import type { Port } from '../../../pa/directory/port.ts';
import { AliasDirectory, type AliasEntry } from '../../../pa/manager/alias-directory.ts';
import type { Scheduler } from '../core/scheduler.ts';
import type { SimulatedProcess } from '../core/simulated-process.ts';

/** One event stream of a client. */
interface Follower {
  readonly alias: string;
  readonly say: (text: string) => void;
}

/**
 * A PAM: the real directory behind its HTTP interface, without fastify. It forgets everything when it is restarted, and can
 * be out of reach.
 */
export class SimulatedPam {
  readonly url: string;
  readonly #scheduler: Scheduler;
  #aliases: AliasDirectory;
  #startedMs = 0;
  readonly #followers = new Set<Follower>();
  isReachable = true;

  constructor(scheduler: Scheduler, url: string) {
    this.#scheduler = scheduler;
    this.url = url;
    this.#aliases = this.#empty();
  }

  restart(): void {
    this.#aliases = this.#empty();
    this.#startedMs = this.#scheduler.nowMs;
    this.#followers.clear();
  }

  answer({ method, url, body }: HttpRequest): HttpResponse {
    const alias = /\/v1\/aliases\/([^/]+)/.exec(url)?.[1] ?? '';
    if (method === 'GET') {
      const entry = this.#aliases.get(alias);
      if (entry !== undefined) return response(200, entryJson(entry));
      const upMs = Math.floor(this.#scheduler.nowMs - this.#startedMs);
      return response(404, { code: 'unknown-alias', message: alias, upMs });
    }
    const port = JSON.parse(body?.toString() ?? '') as Port;
    const { kind } = this.#aliases.register(alias, port);
    return kind === 'registered'
      ? response(200, {})
      : response(409, { code: kind, message: `${alias}: ${kind}` });
  }

  follow(follower: Follower): void {
    this.#followers.add(follower);
    const entry = this.#aliases.get(follower.alias);
    follower.say(event('snapshot', { aliases: entry === undefined ? [] : [entryJson(entry)] }));
  }

  leave(follower: Follower): void {
    this.#followers.delete(follower);
  }

  #empty(): AliasDirectory {
    return new AliasDirectory({
      onChange: (change) => {
        if (change.kind !== 'alias') return;
        for (const { alias, say } of this.#followers) {
          if (alias === change.entry.name) say(event('alias', entryJson(change.entry)));
        }
      },
    });
  }
}

/** HTTP between one process and the PAMs: what is asked or told takes a while, or fails. */
export function simulatedHttp(
  scheduler: Scheduler,
  process: SimulatedProcess,
  pams: readonly SimulatedPam[],
  latencyMs: () => number,
): HttpClient {
  const pamOf = (url: string): SimulatedPam | undefined =>
    pams.find((pam) => url.startsWith(pam.url) && pam.isReachable);
  const soon = (label: string, run: () => void): void => {
    scheduler.plan(process, latencyMs(), label, run);
  };
  return {
    request: (request) =>
      new Promise((resolve, reject) => {
        request.signal?.addEventListener('abort', () => reject(refused(request.url)));
        if (process.isDead) return;
        scheduler.plan(undefined, latencyMs(), 'pam', () => {
          const pam = pamOf(request.url);
          if (pam === undefined) {
            soon('pam refused', () => reject(refused(request.url)));
            return;
          }
          const answer = pam.answer(request);
          soon('pam answered', () => resolve(answer));
        });
      }),

    stream: (request, onText) =>
      new Promise((resolve, reject) => {
        scheduler.plan(undefined, latencyMs(), 'pam', () => {
          const pam = pamOf(request.url);
          if (pam === undefined || request.signal?.aborted === true) {
            soon('pam refused', () => reject(refused(request.url)));
            return;
          }
          let toldMs = 0;
          const say = (text: string): void => {
            toldMs = Math.max(toldMs, scheduler.nowMs + latencyMs());
            scheduler.plan(process, toldMs - scheduler.nowMs, 'pam said', () => onText(text));
          };
          const follower = { alias: /alias=(.+)$/.exec(request.url)?.[1] ?? '', say };
          const leave = (): void => {
            pam.leave(follower);
            resolve();
          };
          request.signal?.addEventListener('abort', leave);
          process.onDeath(leave);
          pam.follow(follower);
        });
      }),

    close: () => undefined,
  };
}

function entryJson({ name, areaUi, port }: AliasEntry): object {
  return { name, areaUi, port: port ?? null };
}

function response(status: number, json: object): HttpResponse {
  return { status, body: Buffer.from(JSON.stringify(json)) };
}

function event(name: string, json: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(json)}\n\n`;
}

function refused(url: string): Error {
  return Object.assign(new Error(`${url} does not answer`), { code: 'ECONNREFUSED' });
}
