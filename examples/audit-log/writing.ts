import type { AuditProgramV1Client, Entry } from './generated/audit.ts';
import { type DocumentsProgramV1Client, PutStatus } from './generated/documents.ts';

/** Writes one version of a document after the other until it is over; adds the positions that it is told. */
export async function writeVersions(
  client: DocumentsProgramV1Client,
  name: string,
  positions: bigint[],
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const content = contentOf(positions.length + 1);
    const result = await client.put({ name, content });
    if (result.status !== PutStatus.PUT_DONE) throw new Error(`PUT gave ${result.status}`);
    positions.push(result.position);
  }
}

export async function readLog(client: AuditProgramV1Client): Promise<Entry[]> {
  const all: Entry[] = [];
  for (;;) {
    const some = await client.entries(BigInt(all.length + 1));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/**
 * Lines that say what is wrong; none where every acknowledged write is in the log once, in order, and nothing else is, and
 * each document is as its last write left it. `orphans`: documents whose writer has died; what it was not told any more is
 * written once, or not at all.
 */
export async function compare(
  client: DocumentsProgramV1Client,
  log: readonly Entry[],
  told: ReadonlyMap<string, readonly bigint[]>,
  orphans: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const wrong: string[] = [];
  let expected = 0;
  for (const [name, positions] of told) {
    const own = log.filter(({ text }) => text.startsWith(`${name} `));
    positions.forEach((position, index) => {
      const entry = own[index];
      const text = `${name} ${contentOf(index + 1)}`;
      if (entry?.position === position && entry.text === text) return;
      wrong.push(`"${text}" at ${position}: the log has "${entry?.text}" at ${entry?.position}`);
    });
    const content = await client.get(name);
    const after = own[positions.length]?.text === `${name} ${contentOf(positions.length + 1)}`;
    const written = positions.length + (after && orphans.has(name) ? 1 : 0);
    expected += written;
    const last = written === 0 ? '' : contentOf(written);
    if (content !== last) wrong.push(`${name} has "${content}", and not "${last}"`);
  }
  if (log.length !== expected) wrong.push(`${log.length} entries for ${expected} writes`);
  return wrong;
}

function contentOf(version: number): string {
  return `version ${version}`;
}
