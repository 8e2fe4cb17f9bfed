import { MountProgramV1Client } from '../../../protocol/generated/mount.ts';
import { NfsProgramV2Client } from '../../../protocol/generated/nfs2.ts';
import { sattr } from '../../../server/testing/service-volume.ts';
import type { RpcCaller } from '../../../xdr/program.ts';
import type { Files } from '../../cluster/files.ts';
import type { MatrixRow } from '../../resend/matrix-row.ts';
import { nfs2Rows } from '../../resend/nfs2-rows.ts';
import { nfs3Rows } from '../../resend/nfs3-rows.ts';
import type { SimulatedClient } from '../cluster/clients.ts';

export interface Stage {
  readonly files: Files;
  /** A directory of the scenario's own. */
  readonly dir: Buffer;
  /** The client whose call is under way at the crash. */
  readonly client: SimulatedClient;
  /** Another client, made on the spot. */
  readonly newClient: () => SimulatedClient;
}

/** Something that changes what is stored, and must be done once whatever happens meanwhile. */
export interface Scenario {
  readonly name: string;
  /** Makes what is needed; returns what is done while the primary crashes, which gives what must always be the same. */
  readonly prepare: (stage: Stage) => Promise<() => Promise<unknown>>;
}

export const scenarios: readonly Scenario[] = [
  ...[...nfs2Rows, ...nfs3Rows].map(procedureScenario),
  {
    name: 'MOUNT MNT',
    prepare: ({ client }) =>
      Promise.resolve(async () => {
        const mount = new MountProgramV1Client(client.caller);
        return (await mount.mountprocMnt('/home')).status;
      }),
  },
  {
    name: 'MOUNT UMNT',
    prepare: ({ client }) =>
      Promise.resolve(() => new MountProgramV1Client(client.caller).mountprocUmnt('/home')),
  },
  {
    name: 'PA hello',
    prepare: ({ newClient, dir }) =>
      Promise.resolve(async () => {
        const client = newClient();
        const made = await makeDirectory(client.caller, dir, 'after-hello');
        await client.close();
        return made;
      }),
  },
  {
    name: 'PA goodbye',
    async prepare({ newClient, dir }) {
      const client = newClient();
      const made = await makeDirectory(client.caller, dir, 'before-goodbye');
      return async () => {
        await client.close();
        return made;
      };
    },
  },
];

/** The call of a row, which must succeed. */
function procedureScenario(row: MatrixRow): Scenario {
  return {
    name: row.name,
    async prepare({ files, dir, client }) {
      const args = await row.prepare({ files, dir });
      return async () => {
        const result: unknown = await client.caller.call(row.version, row.procedure, args);
        return typeof result === 'number' ? result : (result as { status: number }).status;
      };
    },
  };
}

async function makeDirectory(caller: RpcCaller, dir: Buffer, name: string): Promise<number> {
  const attributes = sattr({ mode: 0o755 });
  return (await new NfsProgramV2Client(caller).nfsprocMkdir({ where: { dir, name }, attributes }))
    .status;
}
