import type { Environment } from '../../../environment/environment.ts';
import { openRpcChannel } from '../../../rpc/client/rpc-channel.ts';
import { RpcClient } from '../../../rpc/client/rpc-client.ts';
import { createDispatcher } from '../../../rpc/server/dispatcher.ts';
import { PaProgramV1Client } from '../../../protocol/generated/pa.ts';
import type { PortDirectory } from '../../directory/port-directory.ts';
import type { VolumeHostOptions } from '../host.ts';
import { Reception } from '../reception.ts';

export interface EntranceRehearsalParts {
  readonly environment: Environment;
  readonly options: Pick<VolumeHostOptions, 'alias' | 'listen'>;
  readonly directory: PortDirectory;
  readonly signal: AbortSignal;
}

/** The first time compiles, the next ones settle what the code has seen. */
const rounds = 3;
const connections = 4;

/**
 * Does what lets clients in: binds a port, takes connections, reads a call and answers; and talks to the PAMs. The port is one that
 * nobody is told of, and nothing is served there: any call is refused.
 */
export async function rehearseEntrance(parts: EntranceRehearsalParts): Promise<void> {
  for (let round = 0; round < rounds && !parts.signal.aborted; round += 1) {
    await Promise.all([parts.directory.lookup(parts.options.alias), receiveConnections(parts)]);
  }
}

async function receiveConnections({
  environment,
  options,
  signal,
}: EntranceRehearsalParts): Promise<void> {
  const listen = { host: options.listen.host, port: 0 };
  const reception = new Reception({
    environment,
    options: { listen },
    epoch: 1,
    problem: () => undefined,
  });
  try {
    const addresses = await reception.bound;
    if (addresses === undefined) return;
    const refuse = createDispatcher<undefined>([], {
      context: () => undefined,
      onError: () => undefined,
    });
    const calls = Array.from({ length: connections }, async () => {
      const client = new RpcClient(await openRpcChannel(addresses.service, environment, signal));
      await new PaProgramV1Client(client).paNull().catch(() => undefined);
      client.close();
    });
    reception.open(refuse);
    await Promise.all(calls);
  } finally {
    await reception.destroy();
  }
}
