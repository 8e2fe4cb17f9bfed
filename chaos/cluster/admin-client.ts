import type { Environment } from '../../environment/environment.ts';
import type { HttpClient } from '../../pa/directory/http-client.ts';
import { nonceBytes, signatureHeader, signRequest } from '../../pa/directory/request-signature.ts';
import type { ClusterSecret } from '../../pa/secret.ts';
import type { Failpoint } from '../faults/moment.ts';
import type { Role } from './cluster.ts';

const answerBytesMax = 1_000_000;
const timeoutMs = 10_000;

/** What a server is told to do to itself, and when. */
export interface Order {
  readonly point: Failpoint | 'now';
  readonly action: 'kill' | 'block';
  readonly blockMs?: number;
}

export interface AdminClientOptions {
  readonly environment: Pick<Environment, 'clock' | 'random'>;
  readonly http: HttpClient;
  readonly secret: ClusterSecret;
}

export interface AdminStatus {
  readonly node: string;
  readonly pid: number;
  readonly roles: ReadonlyMap<string, Role>;
}

/** The administrative HTTP service of server processes that were started with FUGA_FAILPOINT_CONTROL=1. */
export class AdminClient {
  readonly #options: AdminClientOptions;

  constructor(options: AdminClientOptions) {
    this.#options = options;
  }

  /** Orders a server to die or to hang. Rejects if it refuses, or is gone before it can answer. */
  order(adminUrl: string, alias: string, order: Order): Promise<void> {
    const hint = '(was the server started with FUGA_FAILPOINT_CONTROL=1?)';
    return this.#post(adminUrl, '/failpoints', { alias, ...order }, hint);
  }

  /** Orders a primary to hand over. Rejects if it refuses. */
  switchOver(adminUrl: string, alias: string): Promise<void> {
    return this.#post(adminUrl, '/switchover', { alias }, '(is the alias there?)');
  }

  /** Rejects if the server does not answer. */
  async status(adminUrl: string): Promise<AdminStatus> {
    const { status, body } = await this.#options.http.request(
      { method: 'GET', url: `${adminUrl}/status`, signal: AbortSignal.timeout(timeoutMs) },
      answerBytesMax,
    );
    if (status !== 200) throw new Error(`${adminUrl} answered with status ${status}`);
    return parseStatus(JSON.parse(body.toString('utf8')), adminUrl);
  }

  /** `absentHint`: said where nothing is found at the path. */
  async #post(adminUrl: string, path: string, json: object, absentHint: string): Promise<void> {
    const { environment, http, secret } = this.#options;
    const body = Buffer.from(JSON.stringify(json));
    const sentMs = environment.clock.wallMicroseconds() / 1000;
    const nonce = environment.random.bytes(nonceBytes);
    const signature = signRequest(secret, 'admin', { method: 'POST', path, body }, sentMs, nonce);
    const { status, body: answer } = await http.request(
      {
        method: 'POST',
        url: `${adminUrl}${path}`,
        headers: { 'content-type': 'application/json', [signatureHeader]: signature },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      },
      answerBytesMax,
    );
    if (status >= 200 && status < 300) return;
    const hint = status === 404 ? ` ${absentHint}` : '';
    const reason = answer.toString('utf8').slice(0, 200);
    throw new Error(`${adminUrl} refused with status ${status}${hint}: ${reason}`);
  }
}

function parseStatus(value: unknown, adminUrl: string): AdminStatus {
  const { node, pid, volumes } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof node !== 'string' || typeof pid !== 'number' || !Array.isArray(volumes)) {
    throw new Error(`${adminUrl} answers what is no status of a server`);
  }
  const roles = new Map<string, Role>();
  for (const volume of volumes as readonly {
    readonly alias?: unknown;
    readonly role?: unknown;
  }[]) {
    if (typeof volume.alias === 'string') roles.set(volume.alias, roleOf(volume.role));
  }
  return { node, pid, roles };
}

export function roleOf(value: unknown): Role {
  return value === 'primary' || value === 'backup' || value === 'claiming' ? value : 'other';
}
