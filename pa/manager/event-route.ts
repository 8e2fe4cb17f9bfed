import type { FastifyInstance } from 'fastify';
import { aliasNamePattern } from '../directory/port.ts';
import type { AliasEntry } from './alias-directory.ts';
import type { EventSink } from './event-hub.ts';
import { sendError } from './replies.ts';
import type { PamState } from './routes.ts';

/** How many aliases one stream may name; all of them is no name at all. */
const aliasesPerStreamMax = 64;

export function addEventRoute(app: FastifyInstance, { directory, hub }: PamState): void {
  app.get<{ Querystring: { alias?: string[] } }>(
    '/v1/events',
    {
      schema: {
        summary: 'Follow aliases by server-sent events',
        description:
          'Event "snapshot" first: {aliases: [Alias]}, with what exists of the aliases asked for. Then "alias": Alias, after ' +
          'each change, and "deleted": {name}. A comment every few seconds shows that the stream lives.',
        produces: ['text/event-stream'],
        querystring: {
          type: 'object',
          properties: {
            alias: {
              type: 'array',
              maxItems: aliasesPerStreamMax,
              items: { type: 'string', pattern: aliasNamePattern },
              description: 'Repeatable; default: all aliases',
            },
          },
        },
        response: {
          200: { type: 'string', description: 'An endless stream of events' },
          400: { $ref: 'Error#' },
          503: { $ref: 'Error#' },
        },
      },
    },
    (request, reply) => {
      if (hub.isFull) {
        return sendError(reply, 'too-many-subscribers', 'too many event streams are open');
      }
      const names = request.query.alias;
      const snapshot = names === undefined ? directory.list() : existing(names);
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // A stream that stays open for ever; its bytes must not wait for more of them.
        'x-accel-buffering': 'no',
      });
      const sink: EventSink = {
        write: (text) => void raw.write(text),
        get bufferedBytes() {
          return raw.writableLength;
        },
        drop: () => void raw.destroy(),
      };
      raw.on('close', hub.subscribe(sink, names && new Set(names), snapshot));
      raw.on('error', () => undefined);
      return reply;
    },
  );

  function existing(names: readonly string[]): AliasEntry[] {
    return names.map((name) => directory.get(name)).filter((entry) => entry !== undefined);
  }
}
