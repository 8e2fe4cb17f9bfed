import {
  dispatchPairProgramV1,
  type PairAya,
  type PairIaa,
  type PairOrder,
  PairOrderStatus,
  PairRole,
} from '../../../protocol/generated/pa.ts';
import type { DispatchTable } from '../../../xdr/program.ts';
import type { ClusterSecret } from '../../secret.ts';
import type { Role } from '../host.ts';
import type { Backups } from './backups.ts';
import { isPairMac, pairMac } from './message-mac.ts';
import type { Orders } from './orders.ts';

export type OrderKind = 'prepare' | 'takeOver';

/** A volume as its peers ask about it. */
export interface AskedVolume {
  readonly role: Role;
  readonly epoch: number;
  oldestCommitAgeMs(): number;
  readonly orders: Pick<Orders, OrderKind>;
}

export interface AyaParts {
  readonly process: string;
  readonly secret: ClusterSecret | undefined;
  readonly backups: Backups;
  /** The volume with this area, if this process has it. */
  readonly volume: (areaUi: Uint8Array) => AskedVolume | undefined;
}

/** A question with a wrong MAC is answered with a server fault, and reported: somebody has another secret. */
export class ForgedQuestion extends Error {}

/** Answers on the pair port: to "are you alive" what this process is for the volume, and to the order to take it over. */
export function ayaHandler(parts: AyaParts): DispatchTable<undefined> {
  return dispatchPairProgramV1<undefined>({
    pairNull: () => undefined,
    pairAya: (question) => answer(parts, question),
    pairTakeOver: (order) => obey(parts, 'takeOver', order),
    pairPrepare: (order) => obey(parts, 'prepare', order),
  });
}

/** What an order's MAC covers. One that is replayed is for an epoch that is over. */
export function orderCovered(
  kind: OrderKind,
  order: Omit<PairOrder, 'mac'>,
): (string | bigint | Uint8Array)[] {
  return [kind === 'prepare' ? 'prepare' : 'take-over', order.area, order.node, order.epoch];
}

/** What a question's MAC covers. */
export function questionCovered(question: Omit<PairAya, 'mac'>): (string | bigint | Uint8Array)[] {
  return ['aya', question.area, question.node, question.address, question.sentMs];
}

/** What an answer's MAC covers: the question too, so that it answers no other. */
export function answerCovered(
  question: PairAya,
  iaa: Omit<PairIaa, 'mac'>,
): (string | number | bigint | Uint8Array)[] {
  const { role, epoch, oldestCommitMs, process } = iaa;
  return ['iaa', question.area, question.sentMs, role, epoch, oldestCommitMs, process];
}

function answer(parts: AyaParts, question: PairAya): PairIaa {
  if (!isPairMac(parts.secret, questionCovered(question), question.mac)) {
    throw new ForgedQuestion(`a pair question from ${question.node} has a wrong MAC`);
  }
  const volume = parts.volume(question.area);
  if (volume?.role === 'primary') {
    parts.backups.asked(question.area, question.node, question.address);
  }
  const iaa = {
    role: volume === undefined ? PairRole.PAIR_STRANGER : wireRole(volume.role),
    epoch: BigInt(volume?.epoch ?? 0),
    oldestCommitMs: Math.min(0xffff_ffff, Math.ceil(volume?.oldestCommitAgeMs() ?? 0)),
    process: parts.process,
  };
  return { ...iaa, mac: pairMac(parts.secret, answerCovered(question, iaa)) };
}

async function obey(parts: AyaParts, kind: OrderKind, order: PairOrder): Promise<PairOrderStatus> {
  if (!isPairMac(parts.secret, orderCovered(kind, order), order.mac)) {
    throw new ForgedQuestion(`an order to take over, from ${order.node}, has a wrong MAC`);
  }
  const isDone = (await parts.volume(order.area)?.orders[kind](Number(order.epoch))) === true;
  return isDone ? PairOrderStatus.PAIR_ORDER_TAKEN : PairOrderStatus.PAIR_ORDER_REFUSED;
}

function wireRole(role: Role): PairRole {
  switch (role) {
    case 'primary':
      return PairRole.PAIR_PRIMARY;
    case 'claiming':
      return PairRole.PAIR_CLAIMING;
    case 'starting':
    case 'backup':
    case 'stopped':
      return PairRole.PAIR_BACKUP;
  }
}
