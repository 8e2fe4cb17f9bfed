import { expect, test } from 'vitest';
import { NfsProgramV2 } from '../../protocol/generated/nfs2.ts';
import { Ftype3, NfsProgramV3 } from '../../protocol/generated/nfs3.ts';
import { decodeAll, encodeToBuffer } from '../../xdr/decode.ts';
import type { Procedure, ProgramVersion } from '../../xdr/program.ts';
import { type CallOptions, ServiceVolume } from '../testing/service-volume.ts';
import { parseExports } from './parse-exports.ts';

// Exports are checked where a handle is parsed. So that no procedure forgets it, each one is called.

const [acces, rofs] = [13, 30];
const inside: CallOptions = { address: '10.0.0.1' };
const outside: CallOptions = { address: '192.0.2.1' };
const argumentBytesMax = 128;

/** Those that take no handle. */
const withoutHandle = /Null$|Root$|Writecache$/;

function volumeWith(client: string): ServiceVolume {
  const text = `/home ${client}`;
  const exports = parseExports([{ name: 'exports', text }], ['home']).get('home')!;
  return new ServiceVolume({ exports: () => exports });
}

/** What may follow a handle: nothing but zeros or, where a type of file is asked for, one word that is a fifo's. */
function* emptyArguments(): Generator<Buffer> {
  for (let bytes = 0; bytes < argumentBytesMax; bytes += 4) yield Buffer.alloc(bytes);
  for (let bytes = 4; bytes < argumentBytesMax; bytes += 4) {
    for (let at = 0; at < bytes; at += 4) {
      const rest = Buffer.alloc(bytes);
      rest.writeUInt32BE(Ftype3.NF3FIFO, at);
      yield rest;
    }
  }
}

/** The first arguments with the handle that the codec takes. */
function argumentsFor(procedure: Procedure<unknown, unknown>, handle: Buffer): unknown {
  for (const rest of emptyArguments()) {
    const decoded = decodeAll(procedure.arguments, Buffer.concat([handle, rest]));
    if (decoded.ok) return decoded.value;
  }
  throw new Error(`${procedure.name} takes no handle`);
}

/** Status of each procedure on the root directory. */
async function statuses(
  volume: ServiceVolume,
  version: ProgramVersion,
  options: CallOptions,
): Promise<Map<string, number>> {
  const root = await volume.mounted('/home', inside);
  const length = Buffer.from([0, 0, 0, root.length]);
  const handle = version.version === 2 ? root : Buffer.concat([length, root]);
  const found = new Map<string, number>();
  for (const [name, procedure] of Object.entries<Procedure<unknown, unknown>>(version.procedures)) {
    if (withoutHandle.test(name)) continue;
    const result = await volume.call(version, procedure, argumentsFor(procedure, handle), options);
    found.set(name, encodeToBuffer(procedure.result, result).readUInt32BE(0));
  }
  return found;
}

test.each([NfsProgramV2, NfsProgramV3])(
  '$versionName: each procedure is refused to strangers',
  async (version) => {
    const found = await statuses(volumeWith('10.0.0.0/8(rw,no_root_squash)'), version, outside);
    expect(found.size).toBe(version === NfsProgramV2 ? 15 : 21);
    expect([...found].filter(([, status]) => status !== acces)).toEqual([]);
  },
);

test.each([NfsProgramV2, NfsProgramV3])(
  '$versionName: read-only, what changes is refused and nothing else',
  async (version) => {
    const volume = volumeWith('10.0.0.0/8(ro,no_root_squash)');
    const found = await statuses(volume, version, inside);
    const refused = [...found].filter(([, status]) => status === rofs).map(([name]) => name);
    expect(refused).toEqual([...found.keys()].filter((name) => !volume.isReading(version, name)));
    expect(refused.length).toBe(version === NfsProgramV2 ? 9 : 10);
  },
);
