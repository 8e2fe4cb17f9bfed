import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Clock, Timers } from '../../environment/clock.ts';
import type { Endpoint } from '../../environment/network.ts';
import { assertMayBind } from '../bind-rule.ts';
import { createHttpService, listenHttp } from '../http/http-service.ts';
import { RequestGuard } from '../http/request-guard.ts';
import type { ClusterSecret } from '../secret.ts';
import { AliasDirectory } from './alias-directory.ts';
import { EventHub } from './event-hub.ts';
import { addEventRoute } from './event-route.ts';
import { createPamMetrics } from './metrics.ts';
import { addAliasRoutes, type PamState } from './routes.ts';
import { aliasSchema, errorSchema, portSchema } from './schemas.ts';

export interface PamOptions {
  readonly environment: { readonly clock: Clock; readonly timers: Timers };
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Without one, only loopback may be bound and nothing needs a signature. */
  readonly secret?: ClusterSecret;
  readonly logger?: FastifyBaseLogger;
  readonly aliasesMax?: number;
  readonly subscribersMax?: number;
}

export interface Pam {
  readonly address: Endpoint;
  /** What clients are given: `http://host:port`. */
  readonly url: string;
  /** Ends all connections, event streams too. */
  close(): Promise<void>;
}

/**
 * Starts a Port Alias Manager. Rejects with a PaError `PA_BIND` where the bind rule forbids the address, and with the
 * system's error (EADDRINUSE, EADDRNOTAVAIL, EACCES) where it cannot be bound. Nothing is stored: registrations come
 * again with every heartbeat.
 */
export async function startPam(options: PamOptions): Promise<Pam> {
  assertMayBind(options.host, options.secret !== undefined);
  const { app, hub } = await buildPam(options);
  const { address, url } = await listenHttp(app, options.host, options.port);
  return {
    address,
    url,
    async close() {
      hub.close();
      await app.close();
    },
  };
}

async function buildPam(options: PamOptions): Promise<{ app: FastifyInstance; hub: EventHub }> {
  const { clock, timers } = options.environment;
  const { app, bodyOf } = await createHttpService({
    title: 'Fuga Port Alias Manager',
    description: 'The directory from permanent aliases to the ports where they are served now.',
    whose: 'this PAM',
    logger: options.logger,
  });
  const hub = new EventHub(timers, options.subscribersMax);
  const directory = new AliasDirectory({
    ...(options.aliasesMax === undefined ? {} : { aliasesMax: options.aliasesMax }),
    onChange: (change) => hub.publish(change),
  });
  const metrics = createPamMetrics({
    aliases: () => directory.size,
    subscribers: () => hub.size,
    dropped: () => hub.dropped,
  });
  const startedMs = clock.monotonicMs();
  const state: PamState = {
    directory,
    upMs: () => Math.floor(clock.monotonicMs() - startedMs),
    hub,
    metrics,
    guard: new RequestGuard(options.secret, clock),
    bodyOf,
  };
  for (const schema of [portSchema, aliasSchema, errorSchema]) app.addSchema(schema);
  addAliasRoutes(app, state);
  addEventRoute(app, state);
  addServiceRoutes(app, state);
  return { app, hub };
}

function addServiceRoutes(app: FastifyInstance, { directory, hub, metrics }: PamState): void {
  const health = {
    type: 'object',
    required: ['status', 'aliases', 'subscribers'],
    properties: {
      status: { type: 'string', enum: ['ok'] },
      aliases: { type: 'integer' },
      subscribers: { type: 'integer' },
    },
  };
  app.get(
    '/health',
    { schema: { summary: 'Is this PAM alive?', response: { 200: health } } },
    () => ({
      status: 'ok',
      aliases: directory.size,
      subscribers: hub.size,
    }),
  );

  const text = { type: 'string', description: 'Prometheus text format' };
  app.get(
    '/metrics',
    { schema: { summary: 'Metrics', response: { 200: text } } },
    async (_, reply) =>
      reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}
