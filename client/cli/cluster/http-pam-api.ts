import type { Environment } from '../../../environment/environment.ts';
import type { HttpClient, HttpResponse } from '../../../pa/directory/http-client.ts';
import { PamConnection } from '../../../pa/directory/pam-connection.ts';
import { parseEntries, parseError, parseJson } from '../../../pa/directory/pam-messages.ts';
import type { ClusterSecret } from '../../../pa/secret.ts';
import { CommandFailure } from '../failure.ts';
import type { PamAnswer, PamApi } from './pam-api.ts';
import { patiently } from './patience.ts';

export interface HttpPamApiOptions {
  readonly urls: readonly string[];
  readonly environment: Environment;
  readonly http: HttpClient;
  /** Read when a change is to be signed. */
  readonly readSecret: () => Promise<ClusterSecret | undefined>;
  readonly patienceMs: number;
  readonly notice: (text: string) => void;
}

/** The PAMs over HTTP. */
export class HttpPamApi implements PamApi {
  readonly urls: readonly string[];
  readonly #options: HttpPamApiOptions;

  constructor(options: HttpPamApiOptions) {
    this.urls = options.urls;
    this.#options = options;
  }

  async list(): Promise<readonly PamAnswer[]> {
    let answers: readonly PamAnswer[] = [];
    if (this.urls.length === 0) throw new CommandFailure(noPamKnown);
    await patiently(
      async () => {
        answers = await Promise.all(this.urls.map((url) => this.#listOne(url)));
        const isAnswered = answers.some((answer) => answer.ok);
        return isAnswered
          ? { ok: true, value: answers }
          : { ok: false, waitingFor: waitingForPam(this.urls) };
      },
      this.#options.patienceMs,
      this.#options.notice,
    );
    return answers;
  }

  create(alias: string): Promise<void> {
    return this.#change(alias, 'POST', '/v1/aliases', { name: alias });
  }

  delete(alias: string): Promise<void> {
    return this.#change(alias, 'DELETE', `/v1/aliases/${alias}`);
  }

  reset(alias: string): Promise<void> {
    return this.#change(alias, 'POST', `/v1/aliases/${alias}/reset`, {});
  }

  async #listOne(url: string): Promise<PamAnswer> {
    const answer = await this.#connection(url).send('GET', '/v1/aliases');
    if (answer instanceof Error) return { url, ok: false, reason: answer.message };
    const aliases = parseEntries(parseJson(answer.body.toString('utf8')));
    if (answer.status !== 200 || aliases === undefined) {
      return { url, ok: false, reason: `what answers there is no PAM (status ${answer.status})` };
    }
    return { url, ok: true, aliases };
  }

  /** PAMs know nothing of each other: each is told. Those that cannot be reached are told of to the user. */
  async #change(alias: string, method: string, path: string, json?: object): Promise<void> {
    if (this.urls.length === 0) throw new CommandFailure(`${alias}: ${noPamKnown}`);
    const secret = await this.#options.readSecret();
    const change = { purpose: 'admin' as const, ...(json === undefined ? {} : { json }) };
    const send = (url: string) => this.#connection(url, secret).send(method, path, change);
    const answers =
      (await patiently(
        async () => {
          const all = await Promise.all(this.urls.map(send));
          const isAnswered = all.some((answer) => !(answer instanceof Error));
          return isAnswered
            ? { ok: true, value: all }
            : { ok: false, waitingFor: waitingForPam(this.urls) };
        },
        this.#options.patienceMs,
        this.#options.notice,
      )) ?? [];
    this.#judge(alias, answers);
  }

  #judge(alias: string, answers: readonly (HttpResponse | Error)[]): void {
    if (answers.length === 0) {
      throw new CommandFailure(`no port alias manager answers at ${this.urls.join(', ')}`);
    }
    const failures = answers.map((answer, index) => {
      const url = this.urls[index] ?? '';
      return { url, reason: failureOf(answer) };
    });
    const failed = failures.filter(({ reason }) => reason !== undefined);
    const [first] = failed;
    if (first === undefined) return;
    if (failed.length === answers.length) {
      throw new CommandFailure(`${alias}: ${first.reason ?? ''} (${first.url})`);
    }
    for (const { url, reason } of failed) this.#options.notice(`${url}: ${reason ?? ''}`);
  }

  #connection(url: string, secret?: ClusterSecret): PamConnection {
    const { environment, http } = this.#options;
    return new PamConnection({ environment, http, url, secret });
  }
}

const noPamKnown = 'no port alias manager is known: --pam says where one is';

export function waitingForPam(urls: readonly string[]): string {
  return `PAM at ${urls.join(', ')}: is 'npm start' running?`;
}

function failureOf(answer: HttpResponse | Error): string | undefined {
  if (answer instanceof Error) return answer.message;
  if (answer.status < 300) return undefined;
  return parseError(parseJson(answer.body.toString('utf8'))).message;
}
