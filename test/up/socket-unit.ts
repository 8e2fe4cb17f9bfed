import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuga, plainEnvironment, processesOver, readCluster, until } from './up-process.ts';

/** Starts what follows, and again whenever it ends, each time with descriptor 3, which this shell keeps. */
const script = `while :; do sh -c 'LISTEN_PID=$$ exec "$@"' sh "$@"; done`;

/** `fuga up` as systemd runs it with a \`.socket\` unit: the socket is bound before it starts, and stays when it ends. */
export class SocketUnit {
  readonly port: number;
  readonly #data: string;
  readonly #shell: ChildProcess;

  private constructor(listening: Server, name: string) {
    const address = listening.address();
    if (address === null || typeof address === 'string') throw new Error('it has a port');
    this.port = address.port;
    this.#data = mkdtempSync(join(tmpdir(), 'fuga-unit-'));
    const words = [process.execPath, fuga, 'up', '--data', this.#data, '--pam-port', '0'];
    this.#shell = spawn('sh', ['-c', script, 'sh', ...words], {
      stdio: ['ignore', 'ignore', 'ignore', descriptorOf(listening)],
      env: { ...plainEnvironment(), LISTEN_FDS: '1', LISTEN_FDNAMES: name },
    });
  }

  static async start(name: string): Promise<SocketUnit> {
    const listening = createServer();
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const unit = new SocketUnit(listening, name);
    // From here on nobody accepts there but what runs under the shell.
    listening.close();
    return unit;
  }

  /** Of `fuga up`, where its servers have found their roles. */
  get upPid(): number | undefined {
    try {
      const { pid, servers } = readCluster(this.#data);
      const roles = servers.map((server) => server.roles.home);
      const isUp = roles.includes('primary') && roles.includes('backup');
      return isUp && processesOver(this.#data, [pid]).length === 1 ? pid : undefined;
    } catch {
      return undefined;
    }
  }

  async end(): Promise<void> {
    this.#shell.kill('SIGKILL');
    const pids = clusterPids(this.#data);
    for (const pid of processesOver(this.#data, pids.slice(0, 1))) process.kill(pid, 'SIGTERM');
    await until('it has ended', () =>
      processesOver(this.#data, pids).length === 0 ? true : undefined,
    );
    rmSync(this.#data, { recursive: true, force: true });
  }
}

function clusterPids(data: string): number[] {
  try {
    const { pid, servers } = readCluster(data);
    return [pid, ...servers.map((server) => server.pid)];
  } catch {
    return [];
  }
}

/** Node gives listening sockets to other Node processes alone; here one has to reach a shell. */
function descriptorOf(listening: Server): number {
  return (listening as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;
}
