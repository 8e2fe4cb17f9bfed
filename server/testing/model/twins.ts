import { strict as assert } from 'node:assert';
import {
  ACCESS3_EXECUTE,
  ACCESS3_EXTEND,
  ACCESS3_LOOKUP,
  ACCESS3_READ,
} from '../../../protocol/generated/nfs3.ts';
import type { Credential } from '../../../rpc/auth.ts';
import { changesPerCallMax } from '../../file-system/limits.ts';
import { type Inode, rootIno, sizeOf } from '../../file-system/records/inode.ts';
import { inodes } from '../../file-system/records/inode-records.ts';
import { numberKey } from '../../file-system/records/keys.ts';
import { auditVolume } from '../../file-system/testing/audit.ts';
import { MemoryRecords } from '../../file-system/testing/memory-records.ts';
import { microsecondsOf } from '../../file-system/time.ts';
import type { Nfs3FailureStatus } from '../../nfs3/status.ts';
import { asRoot, ServiceVolume } from '../service-volume.ts';
import type { Face, Seen, SeenAttributes, SeenChange } from './face.ts';
import { Model, type ModelNode, type ModelOutcome } from './model.ts';
import { nfs2Face } from './nfs2-face.ts';
import { nfs3Face } from './nfs3-face.ts';

/** One thing as both sides know it. It stays when the thing is gone: a client may use its handle then too. */
export interface Pair {
  readonly ino: number;
  readonly handle: Buffer;
  readonly node: ModelNode;
}

/** A volume, called by both versions of NFS, and the model of it, side by side. */
export class Twins {
  readonly model: Model;
  readonly pairs: Pair[] = [];
  readonly #records: MemoryRecords;
  #steps = 0;
  #volume: ServiceVolume;
  #faces: Readonly<Record<2 | 3, Face>>;

  private constructor(records: MemoryRecords, model: Model) {
    this.#records = records;
    this.model = model;
    this.#volume = new ServiceVolume({}, records);
    this.#faces = facesOf(this.#volume);
  }

  static async open(): Promise<Twins> {
    const twins = new Twins(new MemoryRecords(), new Model());
    const handle = await twins.#volume.root();
    twins.pairs.push({ ino: rootIno, handle, node: twins.model.root });
    return twins;
  }

  /** Others that are as these are now. */
  copy(): Twins {
    const records = new MemoryRecords();
    for (const [key, bytes] of this.#records.stored) records.stored.set(key, bytes);
    const { model, nodes } = this.model.copy();
    const copy = new Twins(records, model);
    for (const pair of this.pairs) {
      const node = nodes.get(pair.node);
      if (node !== undefined) copy.pairs.push({ ...pair, node });
    }
    return copy;
  }

  /** Another process serves what is stored, under its own claim; its clock may be behind. */
  takeOver(): void {
    const { state, nowMicroseconds } = this.#volume;
    this.#volume = new ServiceVolume({}, this.#records);
    this.#volume.nowMicroseconds = nowMicroseconds;
    const epoch = state.epoch + 1;
    this.#volume.state = { ...state, epoch, writeVerifier: Buffer.alloc(8, epoch) };
    this.#faces = facesOf(this.#volume);
  }

  moveClock(byMicroseconds: number): void {
    this.#volume.nowMicroseconds += byMicroseconds;
  }

  /** One call on both sides; what they say, and what became of the records, must agree. */
  async step(
    version: 2 | 3,
    real: (face: Face) => Promise<Seen>,
    model: () => ModelOutcome | Nfs3FailureStatus,
    what: string,
  ): Promise<Seen> {
    const before = this.#inodes();
    const face = this.#faces[version];
    this.#steps += 1;
    // One call in four finds nothing loaded, and its procedure is executed again for each record.
    this.#records.isWarm = this.#steps % 4 !== 0;
    const seen = await real(face);
    const { changes } = this.#records;
    const expected = model();
    const status = typeof expected === 'string' ? expected : 'ok';
    assert.equal(seen.status, face.number(status), `${what}, version ${version}: ${status}`);
    assert(status === 'ok' || changes === 0, `${what}: a failed call changes nothing`);
    assert(changes <= changesPerCallMax);
    const after = this.#inodes();
    assertTimes(before, after);
    for (const change of seen.changes ?? []) this.#compareChange(change, before, after);
    const { writeVerifier } = this.#volume.state;
    if (seen.writeVerifier !== undefined) assert.deepEqual(seen.writeVerifier, writeVerifier);
    if (typeof expected !== 'string') this.#pair(seen, expected);
    return seen;
  }

  /** What a reply found or made is what the model found or made. */
  #pair({ handle, attributes }: Seen, node: ModelNode): void {
    if (attributes === undefined) return;
    compareNode(attributes, node);
    const known = this.pairs.find(({ ino }) => ino === attributes.ino);
    assert(known === undefined || known.node === node, 'the same inode on both sides');
    if (handle === undefined) return;
    if (known === undefined) this.pairs.push({ ino: attributes.ino, handle, node });
    else assert.deepEqual(handle, known.handle, 'one handle, for ever');
  }

  /** RFC 1813 §2.6: attributes before and after are those of this very call; none of what is not there. */
  #compareChange(change: SeenChange, before: Inodes, after: Inodes): void {
    const pair = this.pairs.find(({ handle }) => handle.equals(change.handle));
    assert(pair !== undefined);
    const [old, now] = [before, after].map((all) => decodeInode(all.get(pair.ino)));
    assert.equal(change.after === undefined, now === undefined, 'attributes of what is there');
    if (change.after !== undefined) compareNode(change.after, pair.node);
    if (!('before' in change)) return;
    const expected = old && { size: sizeOf(old), mtime: old.mtime, ctime: old.ctime };
    assert.deepEqual(change.before, expected, 'attributes as they were');
  }

  /** Compares everything that there is, from the root, with what one version shows. */
  async compareAll(version: 2 | 3): Promise<void> {
    const face = this.#faces[version];
    this.#records.isWarm = true;
    const seen = new Set<number>();
    const visit = async (found: Seen, node: ModelNode): Promise<void> => {
      const { handle, attributes } = found;
      assert(handle !== undefined && attributes !== undefined);
      this.#pair(found, node);
      if (seen.has(attributes.ino)) return;
      seen.add(attributes.ino);
      if (attributes.type === 'regular') await this.#compareData(face, handle, node);
      if (attributes.type !== 'directory') return;
      const names = await listAll(face, handle);
      assert.deepEqual([...names.keys()].sort(), ['.', '..', ...node.entries.keys()].sort());
      assert.equal(names.get('.'), attributes.ino);
      for (const [name, child] of node.entries) {
        const entry = await face.lookup(asRoot, { dir: handle, name });
        assert.equal(entry.attributes?.ino, names.get(name));
        await visit(entry, child);
      }
    };
    const [top] = this.pairs;
    assert(top !== undefined);
    const { handle } = top;
    await visit({ handle, ...(await face.getAttributes(handle)) }, top.node);
    assert.equal(this.#inodes().size, seen.size, 'nothing that has no name');
    auditVolume(this.#records);
  }

  async #compareData(face: Face, handle: Buffer, node: ModelNode): Promise<void> {
    const { data } = await face.read(asRoot, handle);
    assert(data?.equals(node.data), 'the same content');
  }

  /** ACCESS, which only version 3 has: read, write, execute; undefined: refused. */
  async rights(who: Credential, handle: Buffer): Promise<readonly boolean[] | undefined> {
    const args = { object: { data: handle }, access: 0x3f };
    const reply = await this.#volume.nfs3.nfsproc3Access(args, { as: who });
    if (!('resok' in reply)) return undefined;
    const { access } = reply.resok;
    return [ACCESS3_READ, ACCESS3_EXTEND, ACCESS3_LOOKUP | ACCESS3_EXECUTE].map(
      (bits) => (access & bits) !== 0,
    );
  }

  inode(ino: number): Inode | undefined {
    return decodeInode(this.#records.stored.get(inodes.prefix + numberKey(ino)));
  }

  #inodes(): Inodes {
    const found = new Map<number, Uint8Array>();
    for (const { ino } of this.pairs) {
      const bytes = this.#records.stored.get(inodes.prefix + numberKey(ino));
      if (bytes !== undefined) found.set(ino, bytes);
    }
    return found;
  }
}

type Inodes = ReadonlyMap<number, Uint8Array>;

function facesOf(volume: ServiceVolume): Readonly<Record<2 | 3, Face>> {
  return { 2: nfs2Face(volume), 3: nfs3Face(volume) };
}

function decodeInode(bytes: Uint8Array | undefined): Inode | undefined {
  return bytes === undefined ? undefined : inodes.decode(bytes, '');
}

function compareNode(seen: SeenAttributes, node: ModelNode): void {
  assert.deepEqual(
    [seen.type, seen.mode, seen.uid, seen.gid, seen.nlink, seen.device],
    [node.type, node.mode, node.uid, node.gid, node.nlink, node.device],
  );
  if (seen.type === 'regular') assert.equal(seen.size, node.data.length);
  if (seen.type === 'symlink') assert.equal(seen.size, node.target.length);
}

/** Every change of an inode has a later ctime than the one before. */
function assertTimes(before: Inodes, after: Inodes): void {
  for (const [ino, bytes] of after) {
    const old = before.get(ino);
    if (old === undefined || Buffer.compare(old, bytes) === 0) continue;
    const [earlier, later] = [inodes.decode(old, '').ctime, inodes.decode(bytes, '').ctime];
    assert(microsecondsOf(later) > microsecondsOf(earlier), 'a changed inode has a later ctime');
  }
}

/** Names in a directory, read a few at a time. */
async function listAll(face: Face, dir: Buffer): Promise<Map<string, number>> {
  const names = new Map<string, number>();
  for (let after = 0; ; ) {
    const { entries, eof } = await face.list(dir, after);
    for (const { name, ino, cookie } of entries) {
      assert(!names.has(name) && cookie > after);
      names.set(name, ino);
      after = cookie;
    }
    if (eof) return names;
    assert(entries.length > 0);
  }
}
