import type { AuditProgramV1Client, Entry } from './generated/audit.ts';
import { type DocumentsProgramV1Client, PutStatus } from './generated/documents.ts';

/** Writes one version of a document after the other until it is over; returns the positions that it was told. */
export async function writeVersions(
  client: DocumentsProgramV1Client,
  name: string,
  isOver: () => boolean,
): Promise<bigint[]> {
  const positions: bigint[] = [];
  while (!isOver()) {
    const content = contentOf(positions.length + 1);
    const result = await client.put({ name, content });
    if (result.status !== PutStatus.PUT_DONE) throw new Error(`PUT gave ${result.status}`);
    positions.push(result.position);
  }
  return positions;
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
 * each document is as its last write left it.
 */
export async function compare(
  client: DocumentsProgramV1Client,
  log: readonly Entry[],
  told: ReadonlyMap<string, readonly bigint[]>,
): Promise<string[]> {
  const wrong: string[] = [];
  let expected = 0;
  for (const [name, positions] of told) {
    expected += positions.length;
    const own = log.filter(({ text }) => text.startsWith(`${name} `));
    positions.forEach((position, index) => {
      const entry = own[index];
      const text = `${name} ${contentOf(index + 1)}`;
      if (entry?.position === position && entry.text === text) return;
      wrong.push(`"${text}" at ${position}: the log has "${entry?.text}" at ${entry?.position}`);
    });
    const content = await client.get(name);
    const last = positions.length === 0 ? '' : contentOf(positions.length);
    if (content !== last) wrong.push(`${name} has "${content}", and not "${last}"`);
  }
  if (log.length !== expected) wrong.push(`${log.length} entries for ${expected} writes`);
  return wrong;
}

function contentOf(version: number): string {
  return `version ${version}`;
}
