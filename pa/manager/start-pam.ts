import swagger from '@fastify/swagger';
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  fastify,
  LogController,
} from 'fastify';
import type { Clock, Timers } from '../../environment/clock.ts';
import type { Endpoint } from '../../environment/network.ts';
import { assertMayBind } from '../bind-rule.ts';
import type { ClusterSecret } from '../secret.ts';
import { AliasDirectory } from './alias-directory.ts';
import { EventHub } from './event-hub.ts';
import { addEventRoute } from './event-route.ts';
import { keepBodies } from './kept-bodies.ts';
import { createPamMetrics } from './metrics.ts';
import { sendError } from './replies.ts';
import { RequestGuard } from './request-guard.ts';
import { addAliasRoutes, type PamState } from './routes.ts';
import { aliasSchema, errorSchema, portSchema } from './schemas.ts';

/** A registration with all its members is far below. */
const bodyBytesMax = 16 * 1024;
const requestTimeoutMs = 10_000;

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
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await app.close();
    throw error;
  }
  const bound = app.server.address();
  if (bound === null || typeof bound === 'string') throw new Error('PAM listens on a TCP port');
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    address: { host: bound.address, port: bound.port },
    url: `http://${host}:${bound.port}`,
    async close() {
      hub.close();
      await app.close();
    },
  };
}

async function buildPam(options: PamOptions): Promise<{ app: FastifyInstance; hub: EventHub }> {
  const { clock, timers } = options.environment;
  const app = fastify({
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: true,
    // Every server of the cluster registers about once a second: a line for each helps nobody.
    logController: new LogController({ disableRequestLogging: true }),
    ajv: { customOptions: { coerceTypes: 'array' } },
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
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
  const state: PamState = {
    directory,
    hub,
    metrics,
    guard: new RequestGuard(options.secret, clock),
    bodyOf: keepBodies(app),
  };
  addErrorReplies(app);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Fuga Port Alias Manager',
        description: 'The directory from permanent aliases to the ports where they are served now.',
        version: '1',
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => nameOf(json, index) },
  });
  for (const schema of [portSchema, aliasSchema, errorSchema]) app.addSchema(schema);
  addAliasRoutes(app, state);
  addEventRoute(app, state);
  addServiceRoutes(app, state);
  return { app, hub };
}

function addErrorReplies(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) =>
    sendError(
      reply,
      'not-found',
      `there is no ${request.method} ${request.url} here: see /openapi.json`,
    ),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if ((error.statusCode ?? 500) < 500) return sendError(reply, 'bad-request', error.message);
    request.log.error({ err: error }, 'a request failed');
    return sendError(reply, 'internal', 'the request failed: see the log of this PAM');
  });
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

  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

function nameOf(json: unknown, index: number): string {
  const id = typeof json === 'object' && json !== null && '$id' in json ? json.$id : undefined;
  return typeof id === 'string' ? id : `Schema${index}`;
}
