import type { HttpClient } from './http-client.ts';
import { PamConnection, type PamConnectionOptions } from './pam-connection.ts';
import { assertAliasName, type Port } from './port.ts';
import type { Lookup, PamRegistration, PortDirectory, Subscription } from './port-directory.ts';
import type { PortSource } from './port-source.ts';
import { PortView, type Statement } from './port-view.ts';

/** Aliases whose ports are remembered while nobody follows them. */
const viewsMax = 1_024;

export interface HttpDirectoryOptions extends Omit<PamConnectionOptions, 'url'> {
  /** As `parsePamUrl` gives them; at least one, unless there are `servers`. */
  readonly urls: readonly string[];
  /** They are asked as PAMs are, and told nothing. */
  readonly servers?: readonly PortSource[];
  readonly http: HttpClient;
}

interface Followed {
  readonly view: PortView;
  readonly listeners: Set<(port: Port) => void>;
  /** One for each source, while there are listeners. */
  subscriptions: readonly Subscription[];
}

/** `http://host:port` of what a person types: `host:port`, a URL, with or without a slash at the end. Undefined for anything else. */
export function parsePamUrl(text: string): string | undefined {
  const withScheme = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) return undefined;
  const url = new URL(withScheme);
  const isPlain =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return url.protocol === 'http:' && isPlain ? url.origin : undefined;
}

/** The directory behind PAMs and known servers. They need no agreement among each other: see PortView. */
export class HttpPortDirectory implements PortDirectory {
  readonly description: string;
  readonly #options: HttpDirectoryOptions;
  readonly #pams: readonly PamConnection[];
  /** The PAMs too. */
  readonly #sources: readonly PortSource[];
  readonly #aliases = new Map<string, Followed>();

  constructor(options: HttpDirectoryOptions) {
    this.#options = options;
    this.#pams = options.urls.map((url) => new PamConnection({ ...options, url }));
    this.#sources = [...this.#pams, ...(options.servers ?? [])];
    if (this.#sources.length === 0) throw new RangeError('a directory needs a PAM or a server');
    this.description = this.#sources.map(({ url }) => url).join(', ');
  }

  lookup(alias: string): Promise<Lookup> {
    assertAliasName(alias);
    const { view } = this.#followed(alias);
    return new Promise((resolve) => {
      let unanswered = this.#sources.length;
      let failure: Error | undefined;
      const take = (source: PortSource, answer: Statement | Error): void => {
        unanswered -= 1;
        if (answer instanceof Error) failure = answer;
        else this.#state(alias, source, answer);
        const port = view.best;
        const isFound = !(answer instanceof Error) && answer.kind === 'port' && port !== undefined;
        if (isFound) resolve({ kind: 'found', port });
        else if (unanswered === 0) resolve(allAnswered(view, failure));
      };
      for (const source of this.#sources) {
        void source.lookup(alias).then((answer) => take(source, answer));
      }
    });
  }

  subscribe(alias: string, onPort: (port: Port) => void): Subscription {
    assertAliasName(alias);
    const followed = this.#followed(alias);
    let told = false;
    const listener = (port: Port): void => {
      told = true;
      onPort(port);
    };
    followed.listeners.add(listener);
    const first = this.#options.environment.timers.soon(() => {
      const { best } = followed.view;
      if (!told && best !== undefined) listener(best);
    });
    if (followed.subscriptions.length === 0) {
      followed.subscriptions = this.#sources.map((source) =>
        source.follow(alias, (statement) => this.#state(alias, source, statement)),
      );
    }
    return {
      close: () => {
        first.cancel();
        followed.listeners.delete(listener);
        if (followed.listeners.size === 0) unfollow(followed);
      },
    };
  }

  async register(alias: string, port: Port): Promise<readonly PamRegistration[]> {
    assertAliasName(alias);
    return Promise.all(
      this.#pams.map(async (pam) => ({ pam: pam.url, outcome: await pam.register(alias, port) })),
    );
  }

  close(): void {
    for (const followed of this.#aliases.values()) {
      followed.listeners.clear();
      unfollow(followed);
    }
    this.#options.http.close();
  }

  #state(alias: string, { url }: PortSource, statement: Statement): void {
    const { view, listeners } = this.#followed(alias);
    if (!view.state(url, statement)) return;
    const { best } = view;
    if (best === undefined) return;
    for (const listener of listeners) listener(best);
  }

  #followed(alias: string): Followed {
    const known = this.#aliases.get(alias);
    if (known !== undefined) return known;
    for (const [name, { listeners }] of this.#aliases) {
      if (this.#aliases.size < viewsMax) break;
      if (listeners.size === 0) this.#aliases.delete(name);
    }
    const followed = { view: new PortView(), listeners: new Set<never>(), subscriptions: [] };
    this.#aliases.set(alias, followed);
    return followed;
  }
}

function allAnswered(view: PortView, failure: Error | undefined): Lookup {
  const { best } = view;
  if (failure !== undefined) {
    return { kind: 'unreachable', cause: failure, ...(best && { hint: best }) };
  }
  // Told earlier by a PAM that has lost it since: still the best hint there is.
  if (best !== undefined) return { kind: 'found', port: best };
  return { kind: view.emptiness };
}

function unfollow(followed: Followed): void {
  for (const subscription of followed.subscriptions) subscription.close();
  followed.subscriptions = [];
}
