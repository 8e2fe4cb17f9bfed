import swagger from '@fastify/swagger';
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import type { Endpoint } from '../../environment/network.ts';
import { keepBodies } from './kept-bodies.ts';
import { sendHttpError } from './replies.ts';

/** Everything that is sent to us is far below. */
const bodyBytesMax = 16 * 1024;
const requestTimeoutMs = 10_000;

export interface HttpServiceOptions {
  readonly title: string;
  readonly description: string;
  /** Whose log a user is sent to: `this PAM`. */
  readonly whose: string;
  readonly logger: FastifyBaseLogger | undefined;
}

export interface HttpService {
  readonly app: FastifyInstance;
  /** The body of a request as it was sent. */
  readonly bodyOf: (request: FastifyRequest) => Uint8Array;
}

/** What our HTTP services have in common: limits, error replies, an OpenAPI description at /openapi.json. Add routes, then listen. */
export async function createHttpService(options: HttpServiceOptions): Promise<HttpService> {
  const app = fastify({
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: true,
    // Heartbeats and health checks come about once a second: a line for each helps nobody.
    logController: new LogController({ disableRequestLogging: true }),
    ajv: { customOptions: { coerceTypes: 'array' } },
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
  });
  const bodyOf = keepBodies(app);
  addErrorReplies(app, options.whose);
  const { title, description } = options;
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title, description, version: '1' } },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => nameOf(json, index) },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  return { app, bodyOf };
}

/** Rejects with the system's error (EADDRINUSE, EADDRNOTAVAIL, EACCES) where the address cannot be bound. */
export async function listenHttp(
  app: FastifyInstance,
  host: string,
  port: number,
): Promise<{ readonly address: Endpoint; readonly url: string }> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw error;
  }
  const bound = app.server.address();
  if (bound === null || typeof bound === 'string') throw new Error('HTTP is on a TCP port');
  const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    address: { host: bound.address, port: bound.port },
    url: `http://${name}:${bound.port}`,
  };
}

function addErrorReplies(app: FastifyInstance, whose: string): void {
  app.setNotFoundHandler((request, reply) =>
    sendHttpError(
      reply,
      'not-found',
      `there is no ${request.method} ${request.url} here: see /openapi.json`,
    ),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if ((error.statusCode ?? 500) < 500) return sendHttpError(reply, 'bad-request', error.message);
    request.log.error({ err: error }, 'a request failed');
    return sendHttpError(reply, 'internal', `the request failed: see the log of ${whose}`);
  });
}

function nameOf(json: unknown, index: number): string {
  const id = typeof json === 'object' && json !== null && '$id' in json ? json.$id : undefined;
  return typeof id === 'string' ? id : `Schema${index}`;
}
