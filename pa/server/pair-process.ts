import type { Environment } from '../../environment/environment.ts';
import type { Endpoint } from '../../environment/network.ts';
import { createDispatcher } from '../../rpc/server/dispatcher.ts';
import { RpcServer } from '../../rpc/server/rpc-server.ts';
import type { Claimant } from '../../stable-area/stable-area.ts';
import { assertMayBind } from '../bind-rule.ts';
import type { PortDirectory } from '../directory/port-directory.ts';
import type { ClusterSecret } from '../secret.ts';
import type { PairProcess, VolumeEvent } from './host.ts';
import { ayaHandler } from './pair/aya-handler.ts';
import { Backups } from './pair/backups.ts';
import { formatPairAddress } from './pair/pair-address.ts';
import { PairedVolume } from './volume-host.ts';

/** Which operating system's process this is; see `Claimant`. */
export type ProcessIdentity = Pick<Claimant, 'pid' | 'startTime' | 'namespace'>;

export interface PairProcessOptions {
  readonly environment: Environment;
  /** The operator's name of this process, e.g. `a`; different for each process of a pair. */
  readonly node: string;
  readonly identity: ProcessIdentity;
  readonly directory: PortDirectory;
  /** Where peers ask whether this process is alive; port 0 asks the system. */
  readonly pairListen: Endpoint;
  /** The host that peers are told; default: the one that is bound. */
  readonly advertiseHost?: string;
  readonly secret?: ClusterSecret;
  /**
   * Ends the process that was replaced because it hangs, where that is on the same machine, so that its connections close and
   * its ports are free. Returns whether it did. Without it hung processes are left alone.
   */
  readonly endProcess?: (identity: ProcessIdentity) => boolean;
  /** Tells, where the system does, that a process of this machine is dead before its connections are closed. */
  readonly isProcessOver?: (identity: ProcessIdentity) => boolean;
  readonly observe?: (alias: string, event: VolumeEvent) => void;
  /** Something on the pair port went wrong: a forged question. */
  readonly problem?: (message: string, cause: unknown) => void;
}

const processIdBytes = 16;

/**
 * Starts one process of a pair. Rejects with a PaError PA_BIND when an address other than loopback is asked for and
 * there is no secret, and as `Network.listen` does.
 */
export async function startPairProcess(options: PairProcessOptions): Promise<PairProcess> {
  const { environment, node, secret, directory, problem = () => undefined } = options;
  assertMayBind(options.pairListen.host, secret !== undefined);
  const process = environment.random.bytes(processIdBytes).toString('hex');
  const volumes: PairedVolume[] = [];
  const backups = new Backups(environment.clock);
  const handler = createDispatcher(
    [
      ayaHandler({
        process,
        secret,
        backups,
        volume: (area) =>
          volumes.find(({ areaId }) => areaId !== undefined && Buffer.compare(areaId, area) === 0),
      }),
    ],
    {
      context: () => undefined,
      onError: (error) => {
        problem('a question on the pair port could not be answered', error);
      },
    },
  );
  const server = new RpcServer({
    ...environment,
    handler,
    onHandlerError: (error) => {
      problem('a question on the pair port could not be answered', error);
    },
  });
  const pairAddress = await server.listen(options.pairListen);
  const claimant: Claimant = {
    ...options.identity,
    node,
    process,
    pairAddress: formatPairAddress({
      host: options.advertiseHost ?? pairAddress.host,
      port: pairAddress.port,
    }),
  };

  return {
    pairAddress,
    volumes,
    addVolume(volumeOptions) {
      const { listen, alsoListen = [] } = volumeOptions;
      for (const { host } of [listen, ...alsoListen]) assertMayBind(host, secret !== undefined);
      const volume = new PairedVolume(
        {
          environment,
          node,
          claimant,
          directory,
          backups,
          secret,
          endProcess: options.endProcess ?? (() => false),
          isProcessOver: options.isProcessOver,
          observe: options.observe ?? (() => undefined),
        },
        volumeOptions,
      );
      volumes.push(volume);
      return volume;
    },
    async close() {
      await Promise.all(volumes.map((volume) => volume.close()));
      // Last: as long as it answers, backups do not take us for dead.
      await server.destroy();
    },
  };
}
