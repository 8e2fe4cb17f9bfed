import type { FastifyInstance, FastifyRequest } from 'fastify';

const noBody = Buffer.alloc(0);

/** Keeps each JSON body as it was sent, because that is what a signature covers. */
export function keepBodies(app: FastifyInstance): (request: FastifyRequest) => Uint8Array {
  const bodies = new WeakMap<FastifyRequest, Buffer>();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      bodies.set(request, body);
      void parse(request, body.toString('utf8'), done);
    },
  );
  return (request) => bodies.get(request) ?? noBody;
}
