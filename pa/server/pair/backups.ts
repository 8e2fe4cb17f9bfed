import type { Clock } from '../../../environment/clock.ts';
import { membersMax, type PortMember } from '../../directory/port.ts';
import { ayaIntervalMs } from './limits.ts';

/** A backup that has not asked for this long is not shown any more. */
const askedWithinMs = 20 * ayaIntervalMs;

/** Which backups asked whether we are alive: what PAM is told, for `fuga status`. A directory, not a quorum. */
export class Backups {
  readonly #clock: Clock;
  readonly #asked = new Map<string, Map<string, { address: string; atMs: number }>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  asked(areaUi: Uint8Array, node: string, address: string): void {
    const area = Buffer.from(areaUi).toString('hex');
    const backups = this.#asked.get(area) ?? new Map<string, { address: string; atMs: number }>();
    this.#asked.set(area, backups);
    if (backups.size < membersMax || backups.has(node)) {
      backups.set(node, { address, atMs: this.#clock.monotonicMs() });
    }
  }

  of(areaUi: Uint8Array): PortMember[] {
    const backups = this.#asked.get(Buffer.from(areaUi).toString('hex'));
    if (backups === undefined) return [];
    const sinceMs = this.#clock.monotonicMs() - askedWithinMs;
    const members: PortMember[] = [];
    for (const [node, { address, atMs }] of backups) {
      if (atMs < sinceMs) backups.delete(node);
      else if (members.length < membersMax - 1) members.push({ node, role: 'backup', address });
    }
    return members;
  }
}
