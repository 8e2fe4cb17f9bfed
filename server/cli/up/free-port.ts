import { createServer } from 'node:net';
import { systemCodeOf } from '../../../environment/system-code.ts';

/** How many ports after the preferred one are tried. */
const attemptsMax = 100;

/** True if nobody listens there now. Rejects with the system's error where that cannot be told. */
export async function isFree(host: string, port: number): Promise<boolean> {
  return (await bind(host, port)) !== undefined;
}

/** The first free port from `preferred` on; 0 lets the system choose. */
export async function findFreePort(host: string, preferred: number): Promise<number> {
  for (let port = preferred; port < preferred + attemptsMax && port <= 65_535; port++) {
    const bound = await bind(host, port);
    if (bound !== undefined) return bound;
  }
  return (await bind(host, 0)) ?? 0;
}

function bind(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (systemCodeOf(error) === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' ? address?.port : undefined);
      });
    });
  });
}
