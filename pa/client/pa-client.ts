import { resultOfReply } from '../../rpc/client/reply-result.ts';
import { authNone, type OpaqueAuth } from '../../rpc/opaque-auth.ts';
import type { RpcReply } from '../../rpc/reply-message.ts';
import { RpcError } from '../../rpc/rpc-error.ts';
import { encodeToBuffers } from '../../xdr/decode.ts';
import type { Procedure, ProgramVersion, RpcCaller } from '../../xdr/program.ts';
import { assertAliasName, type Port } from '../directory/port.ts';
import type { PortDirectory } from '../directory/port-directory.ts';
import { uiBytes } from '../header.ts';
import type { ClusterSecret } from '../secret.ts';
import { AliasSession } from './alias-session.ts';
import type { PaClientEvents } from './events.ts';
import type { LifeLog } from './life-log.ts';
import { clientLimits, type PaClientLimits } from './limits.ts';
import type { LinkEnvironment } from './link.ts';
import type { RawCall, RawCallOptions } from './pending-call.ts';

export interface PaClientOptions {
  readonly environment: LinkEnvironment;
  /** Belongs to its maker: closing the client does not close it. */
  readonly directory: PortDirectory;
  /** For calls that bring none; AUTH_NONE when absent. */
  readonly credential?: OpaqueAuth;
  /** 16 bytes; random when absent. Two clients that live at the same time may share one; they get different incarnations. */
  readonly ui?: Buffer;
  /** What is known of earlier lives under the same `ui`, whose process is dead: see `openClientState`. */
  readonly lives?: LifeLog;
  /** Signs each header, so that servers believe what it says of relayed calls. */
  readonly secret?: ClusterSecret | undefined;
  readonly limits?: Partial<PaClientLimits>;
  readonly events?: PaClientEvents;
  /** Calls fail with `PA_UNAVAILABLE` when nothing was answered for so long. By default they wait for ever. */
  readonly giveUpAfterMs?: number | undefined;
}

export interface PaCallOptions extends RawCallOptions {
  readonly credential?: OpaqueAuth;
}

/** What is known of an alias, for people to look at. */
export interface PaAliasStatus {
  /** Where the last answer came from. */
  readonly port: Port | undefined;
  /** 0 before the first hello. */
  readonly incarnation: number;
  /** Calls without a reply. */
  readonly outstanding: number;
  /** Calls that were not sent yet. */
  readonly queued: number;
}

/**
 * One alias. Generated stubs run over it as over a plain RPC client. Arguments (bulk data in them too) must not change
 * before the call has settled: it may be sent again at any time.
 */
export interface PaAlias extends RpcCaller<PaCallOptions> {
  readonly name: string;
  /**
   * Resolves with the reply of the service, an accepted one or a denial. Rejects with a PaError: PA_OUTCOME_UNKNOWN,
   * PA_COLLISION, PA_UNKNOWN_ALIAS, PA_CLOSED, PA_QUEUE_FULL, and where asked for PA_DEADLINE, PA_ABORTED, PA_UNAVAILABLE.
   */
  callRaw(call: RawCall, options?: RawCallOptions): Promise<RpcReply>;
  /**
   * For a program that is about to be silent for longer than its lease (10 minutes, where servers say nothing else): asks
   * the server to remember it, and what it called, for so much longer. Resolves with the silence from now on after which it
   * is forgotten, in ms; 0 where nothing was called, or all of it is forgotten already. A takeover starts every lease anew:
   * a client that is there when it notices asks again by itself; one that is suspended has the ordinary lease from then on.
   */
  extendLease(extraMs: number): Promise<number>;
  status(): PaAliasStatus;
}

export interface PaClient {
  readonly ui: Buffer;
  /** Throws a PaError `PA_BAD_NAME`. The same object for the same name. */
  alias(name: string): PaAlias;
  /** Rejects what is pending, with PA_CLOSED, and says goodbye to all servers. */
  close(): Promise<void>;
}

/** A client of any number of aliases: FT-IPC from here to wherever they are served. */
export function createPaClient(options: PaClientOptions): PaClient {
  const ui = options.ui ?? options.environment.random.bytes(uiBytes);
  if (ui.length !== uiBytes) throw new RangeError(`a client UI has ${uiBytes} bytes`);
  const limits = clientLimits(options.limits);
  const aliases = new Map<string, { alias: PaAlias; session: AliasSession }>();
  return {
    ui,
    alias(name) {
      assertAliasName(name);
      const known = aliases.get(name);
      if (known !== undefined) return known.alias;
      const session = new AliasSession({
        alias: name,
        environment: options.environment,
        directory: options.directory,
        clientUi: ui,
        secret: options.secret,
        limits,
        events: options.events ?? {},
        giveUpAfterMs: options.giveUpAfterMs,
        lives: options.lives,
      });
      const alias = new SessionAlias(name, session, options.credential ?? authNone);
      aliases.set(name, { alias, session });
      return alias;
    },
    async close() {
      await Promise.all([...aliases.values()].map(({ session }) => session.close()));
    },
  };
}

class SessionAlias implements PaAlias {
  readonly name: string;
  readonly #session: AliasSession;
  readonly #credential: OpaqueAuth;

  constructor(name: string, session: AliasSession, credential: OpaqueAuth) {
    this.name = name;
    this.#session = session;
    this.#credential = credential;
  }

  callRaw(call: RawCall, options: RawCallOptions = {}): Promise<RpcReply> {
    return this.#session.call(call, options);
  }

  async call<Arguments, Result>(
    version: ProgramVersion,
    procedure: Procedure<Arguments, Result>,
    args: Arguments,
    options: PaCallOptions = {},
  ): Promise<Result> {
    const what = `${this.name}: ${version.versionName} ${procedure.name}`;
    const request: RawCall = {
      program: version.program,
      version: version.version,
      procedure: procedure.number,
      credential: options.credential ?? this.#credential,
      argumentBuffers: encode(procedure, args, what),
    };
    const reply = await this.#session.call(request, options);
    const result = resultOfReply(reply, procedure.result, what);
    if (result instanceof RpcError) throw result;
    return result;
  }

  extendLease(extraMs: number): Promise<number> {
    return this.#session.extendLease(extraMs);
  }

  status(): PaAliasStatus {
    const { port, life, outstanding, queued } = this.#session;
    return { port, incarnation: life?.incarnation ?? 0, outstanding, queued };
  }
}

function encode<Arguments, Result>(
  procedure: Procedure<Arguments, Result>,
  args: Arguments,
  what: string,
): Buffer[] {
  try {
    return encodeToBuffers(procedure.arguments, args);
  } catch (cause) {
    throw new RpcError('RPC_CANTENCODEARGS', what, { cause });
  }
}
