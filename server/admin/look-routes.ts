import type { FastifyInstance } from 'fastify';
import type { VolumeStatus } from '../../pa/server/host.ts';
import { healthSchema, statusSchema } from './schemas.ts';
import type { ServerMetrics } from './server-metrics.ts';

export interface LookParts {
  readonly node: string;
  readonly pid: number;
  readonly volumes: () => readonly VolumeStatus[];
  readonly metrics: ServerMetrics;
}

/** Everything that only looks. */
export function addLookRoutes(app: FastifyInstance, options: LookParts): void {
  const { node, pid, volumes, metrics } = options;

  app.get(
    '/health',
    {
      schema: {
        summary: 'Is this process alive, and what is it for each volume?',
        description: '503 until each volume is served or stood by for.',
        response: { 200: healthSchema, 503: healthSchema },
      },
    },
    (_, reply) => {
      const roles = volumes().map(({ alias, role }) => [alias, role] as const);
      const ready = roles.every(([, role]) => role !== 'starting' && role !== 'stopped');
      return reply
        .status(ready ? 200 : 503)
        .send({ status: ready ? 'ok' : 'starting', node, volumes: Object.fromEntries(roles) });
    },
  );

  app.get(
    '/status',
    { schema: { summary: 'Each volume with its numbers', response: { 200: statusSchema } } },
    () => ({
      node,
      pid,
      volumes: volumes().map((volume) => ({ ...volume, service: volume.service ?? null })),
    }),
  );

  const text = { type: 'string', description: 'Prometheus text format' };
  app.get(
    '/metrics',
    { schema: { summary: 'Metrics', response: { 200: text } } },
    async (_, reply) => reply.type(metrics.registry.contentType).send(await metrics.text()),
  );
}
