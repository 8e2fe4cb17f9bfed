import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { encodeResults } from '../../pa/server/encoded-results.ts';
import type {
  BackgroundWork,
  Gateway,
  Service,
  ServiceContext,
  VolumeServices,
  VolumeState,
} from '../../pa/server/service.ts';
import { MountProgramV1Client, MountProgramV3Client } from '../../protocol/generated/mount.ts';
import { NfsProgramV2Client, type Sattr } from '../../protocol/generated/nfs2.ts';
import { NfsProgramV3Client } from '../../protocol/generated/nfs3.ts';
import type { Credential } from '../../rpc/auth.ts';
import type { Transaction } from '../../stable-area/records/record-store.ts';
import { decodeAll, encodeToBuffer } from '../../xdr/decode.ts';
import type { Procedure, ProgramVersion, RpcCaller } from '../../xdr/program.ts';
import { MemoryRecords } from '../file-system/testing/memory-records.ts';
import { createFileSystemServices, type FileSystemOptions } from '../volume.ts';

export interface CallOptions {
  readonly as?: Credential;
  readonly address?: string;
  readonly port?: number;
  readonly relayedBy?: Gateway;
  readonly transport?: 'tcp' | 'udp';
}

export const asRoot: Credential = as(0);

export function as(uid: number, gid = uid, gids: readonly number[] = []): Credential {
  return { flavor: 'AUTH_SYS', stamp: 0, machineName: 'test', uid, gid, gids };
}

/** Thrown where the arguments or the result do not fit their codec: a server answers GARBAGE_ARGS or SYSTEM_ERR. */
export class WireError extends Error {}

/** What a {@link MemoryRecords} and a real record store have in common. */
export interface Records {
  execute<R>(procedure: (transaction: Transaction) => R): R | Promise<R>;
}

/** One volume's services, called through their codecs without a network: what is sent is what would be on the wire. */
export class ServiceVolume implements RpcCaller<CallOptions> {
  /** What the volume is in, unless another was given. */
  readonly records = new MemoryRecords();
  readonly warnings: string[] = [];
  readonly nfs = new NfsProgramV2Client<CallOptions>(this);
  readonly nfs3 = new NfsProgramV3Client<CallOptions>(this);
  readonly mount = new MountProgramV1Client<CallOptions>(this);
  readonly mount3 = new MountProgramV3Client<CallOptions>(this);
  nowMicroseconds = 1_700_000_000_000_000;
  state: VolumeState = {
    alias: 'home',
    areaId: Buffer.from('0123456789abcdef'),
    epoch: 1,
    writeVerifier: Buffer.alloc(8, 1),
    admitsGrowth: true,
    space: { totalBytes: 1e9, freeBytes: 4e8, availableBytes: 3e8 },
  };
  readonly #services: VolumeServices;
  readonly #records: Records;
  #initialised: unknown;

  constructor(options: Omit<FileSystemOptions, 'random'> = {}, records?: Records) {
    this.#records = records ?? this.records;
    this.#services = createFileSystemServices({
      random: seededRandom(1),
      warn: (reason) => this.warnings.push(reason),
      ...options,
    });
    this.initialise();
  }

  /** As after a claim. */
  initialise(): void {
    this.#initialised = this.#records.execute((transaction) => {
      this.#services.initialise?.(this.#context(transaction, {}));
    });
  }

  async call<Arguments, Result>(
    version: ProgramVersion,
    procedure: Procedure<Arguments, Result>,
    args: Arguments,
    options: CallOptions = {},
  ): Promise<Result> {
    const service = this.#service(version);
    const sent = decodeAll(procedure.arguments, encodeToBuffer(procedure.arguments, args));
    if (!sent.ok) throw new WireError(sent.failure.detail);
    const row = service.dispatch.rows.get(procedure.number);
    if (row === undefined) throw new WireError('PROC_UNAVAIL');
    await this.#initialised;
    const result = await this.#records.execute((transaction) =>
      row.handle(sent.value, this.#context(transaction, options)),
    );
    const encoded = Buffer.concat(encodeResults(procedure, result));
    const received = decodeAll(procedure.result, encoded);
    if (!received.ok) throw new WireError(received.failure.detail);
    return received.value;
  }

  isReading(version: ProgramVersion, procedure: string): boolean {
    return this.#service(version).reading.has(procedure);
  }

  /** Does the service's own work until there is none. Returns in how many steps. */
  async runBackground(): Promise<number> {
    let steps = 0;
    for (const work of this.#services.background ?? []) {
      while ((await this.#step(work)) === 'more') steps += 1;
    }
    return steps;
  }

  root(): Promise<Buffer> {
    return this.mounted('/home');
  }

  /** The handle of what was mounted. */
  async mounted(path: string, options: CallOptions = {}): Promise<Buffer> {
    const reply = await this.mount.mountprocMnt(path, options);
    if (reply.status !== 0) throw new Error(`mount: ${reply.status}`);
    return (reply as { directory: Buffer }).directory;
  }

  #step(work: BackgroundWork): 'more' | 'idle' | Promise<'more' | 'idle'> {
    return this.#records.execute((transaction) => work.step(this.#context(transaction, {})));
  }

  #service({ program, version }: ProgramVersion): Service {
    const found = this.#services.services.find(
      ({ dispatch }) =>
        dispatch.version.program === program && dispatch.version.version === version,
    );
    if (found === undefined) throw new WireError('PROG_UNAVAIL');
    return found;
  }

  #context(transaction: ServiceContext['transaction'], options: CallOptions): ServiceContext {
    return {
      transaction,
      caller: {
        credential: options.as ?? asRoot,
        address: options.address ?? '127.0.0.1',
        port: options.port ?? 1000,
        transport: options.transport ?? 'tcp',
        ...(options.relayedBy === undefined ? {} : { relayedBy: options.relayedBy }),
      },
      volume: this.state,
      nowMicroseconds: this.nowMicroseconds,
      random: Buffer.alloc(8),
    };
  }
}

const unset = 0xffff_ffff;
const unsetTime = { seconds: unset, useconds: unset };

/** Attributes to set; what is not given is -1. */
export function sattr(fields: Partial<Sattr> = {}): Sattr {
  return {
    mode: unset,
    uid: unset,
    gid: unset,
    size: unset,
    atime: unsetTime,
    mtime: unsetTime,
    ...fields,
  };
}
