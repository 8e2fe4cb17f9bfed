import { AuditProgramV1 } from '../../../examples/audit-log/generated/audit.ts';
import { DocumentsProgramV1 } from '../../../examples/audit-log/generated/documents.ts';
import { decodeCallHeader, decodeReplyHeader, paFlavor } from '../../../pa/header.ts';
import { clientKey, registeredReplies } from '../../../pa/server/records.ts';
import { slotBytes } from '../../../pa/server/slot-keys.ts';
import { NfsProgramV3 } from '../../../protocol/generated/nfs3.ts';
import { decodeCall } from '../../../rpc/call-message.ts';
import { RecordReader } from '../../../rpc/record-marking.ts';
import { decodeReply } from '../../../rpc/reply-message.ts';
import { unseal } from '../../../stable-area/holder/value-format.ts';
import type {
  KeyValueEngine,
  KeyValueEngineFactory,
} from '../../../stable-area/key-value-engine.ts';
import type { Change, Key } from '../../../stable-area/stable-area.ts';
import type { SimulatedStream, StreamObserver } from '../network/simulated-stream.ts';
import { type AcknowledgementChecker, type CallId, callId } from './acknowledgement-checker.ts';

/** What a reply's key has after its client's. */

/** Those of services. What pair and PA messages say is checked by what follows from it. */
const checkedPrograms = new Set<number>(
  [NfsProgramV3, DocumentsProgramV1, AuditProgramV1].map(({ program }) => program),
);

const epochPattern = /\/epochs\/([1-9]\d*)$/;

/** Above every client's, whose UI may begin with any byte. */
const replyKeysEnd: Key = `${registeredReplies.prefix}${'\xff'.repeat(25)}`;

interface OpenCall {
  readonly id: CallId | undefined;
  readonly arrivedStep: number;
}

/** Reads along on one connection that a server has accepted: which calls come, and which replies leave. */
export function tapConnection(
  checker: AcknowledgementChecker,
  stream: SimulatedStream,
  step: () => number,
): StreamObserver {
  const calls = new RecordReader();
  const replies = new RecordReader();
  const open = new Map<number, OpenCall>();
  return {
    given(bytes) {
      calls.push(bytes);
      for (let record = calls.next(); record !== undefined; record = calls.next()) {
        noteCall(open, record, step());
      }
    },
    written(bytes) {
      replies.push(bytes);
      for (let record = replies.next(); record !== undefined; record = replies.next()) {
        noteReply(checker, open, record, stream.owner.name, step());
      }
    },
  };
}

/** The same for one peer of a datagram listener. */
export function tapDatagrams(checker: AcknowledgementChecker, process: string, step: () => number) {
  const open = new Map<number, OpenCall>();
  return {
    given: (bytes: Buffer) => noteCall(open, Buffer.from(bytes), step()),
    sent: (bytes: Buffer) => noteReply(checker, open, Buffer.from(bytes), process, step()),
  };
}

function noteCall(open: Map<number, OpenCall>, record: Buffer, arrivedStep: number): void {
  const call = decodeCall(record);
  if (call === undefined || 'refusal' in call || !checkedPrograms.has(call.program)) return;
  const decoded =
    call.verifier.flavor === paFlavor ? decodeCallHeader(call.verifier.body) : undefined;
  let id: CallId | undefined;
  if (decoded?.ok === true) {
    const { clientUi, incarnation, sequence } = decoded.header;
    id = callId(clientKey(clientUi, incarnation), sequence);
  }
  // The reply to a call under way goes to its newest copy, and covers the first.
  if (!open.has(call.xid)) open.set(call.xid, { id, arrivedStep });
}

function noteReply(
  checker: AcknowledgementChecker,
  open: Map<number, OpenCall>,
  record: Buffer,
  process: string,
  atStep: number,
): void {
  const reply = decodeReply(record);
  const call = reply === undefined ? undefined : open.get(reply.xid);
  if (reply?.accepted !== true || call === undefined) return;
  open.delete(reply.xid);
  const { verifier, outcome } = reply;
  const header = verifier.flavor === paFlavor ? decodeReplyHeader(verifier.body) : undefined;
  // AU and TA say nothing of the state.
  if (outcome.status !== 'SUCCESS') return;
  checker.answered({
    process,
    atStep,
    id: call.id,
    arrivedStep: call.arrivedStep,
    epoch: header?.ok === true && header.header.kind === 'ok' ? header.header.epoch : undefined,
    results: Buffer.from(outcome.results),
  });
}

/** Tells the checker what the engines of one process write and find. */
export function tapEngine(
  factory: KeyValueEngineFactory,
  checker: AcknowledgementChecker,
  process: string,
  step: () => number,
  opened: (engine: KeyValueEngine) => void,
): KeyValueEngineFactory {
  return {
    ...factory,
    async open(directory, options) {
      const engine = await factory.open(directory, options);
      const epoch = Number(epochPattern.exec(directory)?.[1] ?? 0);
      // What is being made, or only tried out, holds nothing for anybody yet.
      if (epoch === 0) return engine;
      const { prefix } = registeredReplies;
      const limit = Number.MAX_SAFE_INTEGER;
      const found = await engine.range({ from: prefix, to: replyKeysEnd, limit });
      const replies = found.map(({ key, value }) => [key, replyOf(key, value)] as const);
      checker.opened(process, epoch, new Map(replies.map(([, { id, results }]) => [id, results])));
      opened(engine);
      const held = new Map(replies.map(([key, { id }]) => [key, id]));
      return { ...tapped(engine, checker, process, step, held), ...looking(engine, epoch) };
    },
  };
}

/** Records are looked at in the calling turn in every second epoch, and loaded in the others. */
function looking(engine: KeyValueEngine, epoch: number): Pick<KeyValueEngine, 'getNow'> {
  if (epoch % 2 !== 0) return {};
  return { getNow: (key) => engine.getNow?.(key) };
}

function tapped(
  engine: KeyValueEngine,
  checker: AcknowledgementChecker,
  process: string,
  step: () => number,
  /** Whose replies the records of the engine are. */
  held: Map<Key, CallId>,
): KeyValueEngine {
  return {
    getMany: (keys) => engine.getMany(keys),
    range: (range) => engine.range(range),
    close: () => engine.close(),
    async writeSynced(changes) {
      const replies = changes.filter(({ key }) => key.startsWith(registeredReplies.prefix));
      for (const { key, value } of replies) {
        const id = value === undefined ? undefined : replyOf(key, value).id;
        const before = held.get(key);
        if (before !== undefined && before !== id) checker.freed(before);
        if (id === undefined) held.delete(key);
        else held.set(key, id);
      }
      await engine.writeSynced(changes);
      for (const { key, value } of replies.filter(isSet)) {
        const { id, results } = replyOf(key, value);
        checker.durable(process, id, results, step());
      }
    },
  };
}

function isSet(change: Change): change is { readonly key: Key; readonly value: Uint8Array } {
  return change.value !== undefined;
}

function replyOf(key: Key, stored: Uint8Array): { readonly id: CallId; readonly results: Buffer } {
  const own = key.slice(registeredReplies.prefix.length);
  const { sequence, results } = registeredReplies.decode(unseal(key, stored), own);
  return { id: callId(own.slice(0, -slotBytes), sequence), results: Buffer.from(results) };
}
