import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../../environment/clock.ts';
import type { Endpoint } from '../../environment/network.ts';
import { assertMayBind } from '../../pa/bind-rule.ts';
import { createHttpService, listenHttp } from '../../pa/http/http-service.ts';
import { RequestGuard } from '../../pa/http/request-guard.ts';
import type { ClusterSecret } from '../../pa/secret.ts';
import { addExportsRoutes, type ExportsControl } from './exports-routes.ts';
import type { FailpointControl } from './failpoint-control.ts';
import { addFailpointRoute } from './failpoint-route.ts';
import { addLookRoutes, type LookParts } from './look-routes.ts';
import { errorSchema } from './schemas.ts';
import { addSwitchoverRoute, type SwitchOver } from './switchover-route.ts';

export interface AdminOptions extends LookParts {
  readonly environment: { readonly clock: Clock };
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Changes are signed with it; without one, only loopback may be bound. */
  readonly secret: ClusterSecret | undefined;
  readonly logger?: FastifyBaseLogger;
  readonly exports: ExportsControl;
  readonly switchOver: SwitchOver;
  /** Undefined where no test may kill this process: there is no such route then. */
  readonly failpoints: FailpointControl | undefined;
}

export interface AdminServer {
  readonly address: Endpoint;
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the administrative HTTP service of a server process. Rejects with a PaError `PA_BIND` where the bind rule forbids
 * the address, and with the system's error (EADDRINUSE ...) where it cannot be bound.
 */
export async function startAdmin(options: AdminOptions): Promise<AdminServer> {
  assertMayBind(options.host, options.secret !== undefined);
  const { app, bodyOf } = await createHttpService({
    title: 'Fuga server',
    description: 'How one process of a pair is, for operators, monitoring and tests.',
    whose: 'this server',
    logger: options.logger,
  });
  app.addSchema(errorSchema);
  addLookRoutes(app, options);
  const guard = new RequestGuard(options.secret, options.environment.clock);
  addExportsRoutes(app, { exports: options.exports, guard, bodyOf });
  addSwitchoverRoute(app, { switchOver: options.switchOver, guard, bodyOf });
  if (options.failpoints !== undefined) {
    addFailpointRoute(app, { failpoints: options.failpoints, guard, bodyOf });
  }
  const { address, url } = await listenHttp(app, options.host, options.port);
  return { address, url, close: () => app.close() };
}
