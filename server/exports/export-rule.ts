import type { Caller } from '../../pa/server/service.ts';
import { nobody, type Squash } from '../file-system/principal.ts';
import { type IpNetwork, isInNetwork, parseAddress } from './ip-network.ts';

/** What some clients may do below an exported directory. */
export interface ExportRule {
  readonly isReadOnly: boolean;
  readonly squash: Squash;
  /** Only from source ports that a client's system keeps for root. */
  readonly isSecure: boolean;
}

/** Clients of an export, as they were written, and their rule. */
export interface ExportClient {
  readonly text: string;
  readonly network: IpNetwork | 'everybody';
  readonly rule: ExportRule;
}

/** Without any exports: AUTH_SYS takes everybody's word, root's too. */
export const openToEverybody: ExportClient = {
  text: '*',
  network: 'everybody',
  rule: { isReadOnly: false, isSecure: false, squash: { who: 'none', anonymous: nobody } },
};

/** Ports below are given to root's processes only. */
const privilegedPortsEnd = 1_024;

/** The rule of the most specific client that the caller is; `clients` begins with those. Undefined: there is none, or it wants another port. */
export function ruleFor(clients: readonly ExportClient[], caller: Caller): ExportRule | undefined {
  // A gateway vouches for its clients: their addresses are only what it saw, perhaps its own loopback.
  const { address, port } = caller.relayedBy ?? caller;
  const rule = findRule(clients, address);
  if (rule?.isSecure !== true) return rule;
  const isTrusted = caller.relayedBy?.knowsSecret === true || port < privilegedPortsEnd;
  return isTrusted ? rule : undefined;
}

/** The most specific clients first, so that the first one that fits is it. */
export function bySpecificity(one: ExportClient, other: ExportClient): number {
  return prefixBitsOf(other) - prefixBitsOf(one);
}

function findRule(clients: readonly ExportClient[], address: string): ExportRule | undefined {
  const [first] = clients;
  // The usual case needs no look at the address.
  if (first?.network === 'everybody') return first.rule;
  const parsed = parseAddress(address);
  return clients.find(
    ({ network }) =>
      network === 'everybody' || (parsed !== undefined && isInNetwork(parsed, network)),
  )?.rule;
}

function prefixBitsOf({ network }: ExportClient): number {
  return network === 'everybody' ? -1 : network.prefixBits;
}
