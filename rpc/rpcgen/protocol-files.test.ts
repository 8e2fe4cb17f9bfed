import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  FhstatusCodec,
  MountlistCodec,
  MountPathconfCodec,
  Mountres3Codec,
} from '../../protocol/generated/mount.ts';
import {
  AttrstatCodec,
  Ftype,
  NfsProgramV2,
  NfsStat,
  ReaddirresCodec,
} from '../../protocol/generated/nfs2.ts';
import {
  PaCallHeaderCodec,
  PaProgramV1,
  PaReplyHeaderCodec,
  PairProgramV1,
  PaStatus,
} from '../../protocol/generated/pa.ts';
import { PmapProgramV2, PmapProgramV3, PmapProgramV4 } from '../../protocol/generated/portmap.ts';
import {
  AuthsysParmsCodec,
  MsgType,
  ReplyStat,
  RpcMsgCodec,
} from '../../protocol/generated/rpc.ts';
import type { XdrCodec } from '../../xdr/codec.ts';
import { decodeAll, encodeToBuffer } from '../../xdr/decode.ts';
import { realFiles } from './files-adapter.ts';
import { generateProtocols } from './protocol-files.ts';

const root = path.join(import.meta.dirname, '../..');

/** Bytes as they stand in a capture, both ways. */
function golden<T>(codec: XdrCodec<T>, value: T, ...hex: string[]): void {
  const bytes = hex.join('').replaceAll(' ', '');
  expect(encodeToBuffer(codec, value).toString('hex')).toBe(bytes);
  expect(decodeAll(codec, Buffer.from(bytes, 'hex'))).toEqual({ ok: true, value });
}

test('npm run generate: what is generated is what the .x files say', () => {
  const generated = generateProtocols(root, realFiles);
  for (const { path: name, text } of generated) {
    expect(fs.readFileSync(name, 'utf8'), `${name}: run npm run generate`).toBe(text);
  }
  // Nothing else is there: a .x file that was renamed leaves nothing behind.
  const written = generated.map(({ path: name }) => name).sort();
  const folders = [...new Set(written.map((name) => path.dirname(name)))];
  const found = folders.flatMap((name) => fs.readdirSync(name).map((file) => `${name}/${file}`));
  expect(found.sort()).toEqual(written);
});

describe('RFC 1094: NFS version 2', () => {
  test('program 100003 version 2 has procedures 0 to 17', () => {
    expect([NfsProgramV2.program, NfsProgramV2.version]).toEqual([100_003, 2]);
    const numbers = Object.values(NfsProgramV2.procedures).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: 18 }, (_, index) => index));
  });

  test('§2.3.9 attrstat: 17 words after the status', () => {
    const time = { seconds: 0x5f00_0000, useconds: 500_000 };
    const attributes = {
      ...{ type: Ftype.NFREG, mode: 0o100644, nlink: 1, uid: 1000, gid: 100 },
      ...{ size: 5, blocksize: 4096, rdev: 0, blocks: 1, fsid: 7, fileid: 9 },
      ...{ atime: time, mtime: time, ctime: time },
    };
    golden(
      AttrstatCodec,
      { status: NfsStat.NFS_OK, attributes },
      '00000000 00000001 000081a4 00000001 000003e8 00000064',
      '00000005 00001000 00000000 00000001 00000007 00000009',
      '5f000000 0007a120 5f000000 0007a120 5f000000 0007a120',
    );
    golden(AttrstatCodec, { status: NfsStat.NFSERR_STALE }, '00000046');
  });

  test('§2.2.17 readdirres: entries are a linked list, names are bytes', () => {
    const cookie = Buffer.from('0000000a', 'hex');
    golden(
      ReaddirresCodec,
      {
        status: NfsStat.NFS_OK,
        readdirok: { entries: [{ fileid: 2, name: 'a\u00ff', cookie }], eof: true },
      },
      '00000000 00000001 00000002 00000002 61ff0000 0000000a 00000000 00000001',
    );
  });
});

describe('MOUNT versions 2 and 3', () => {
  test('RFC 1813 appendix I 5.2.1 mountres3', () => {
    const mountinfo = { fhandle: Buffer.from('abcde'), authFlavors: [1, 0] };
    const handle = '00000005 61626364 65000000';
    golden(
      Mountres3Codec,
      { fhsStatus: 0, mountinfo },
      '00000000',
      handle,
      '00000002 00000001 00000000',
    );
    golden(Mountres3Codec, { fhsStatus: 13 }, '0000000d');
  });

  test('PATHCONF: what is short in C is a word in XDR', () => {
    const asked = { linkMax: 1, maxCanon: 2, maxInput: 3, nameMax: 4, pathMax: 5, pipeBuf: 6 };
    golden(
      MountPathconfCodec,
      { ...asked, vdisable: 7, unused: 8, mask: [9, 10] },
      '00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008 00000009 0000000a',
    );
  });
});

describe('RFC 1094 appendix A: MOUNT version 1', () => {
  test('A.4.2 fhstatus', () => {
    const directory = Buffer.alloc(32, 0xab);
    golden(FhstatusCodec, { status: 0, directory }, '00000000', 'ab'.repeat(32));
    golden(FhstatusCodec, { status: 13 }, '0000000d');
  });

  test('A.5.3 mountlist', () => {
    golden(
      MountlistCodec,
      [{ hostname: 'h', directory: '/d' }],
      '00000001 00000001 68000000 00000002 2f640000 00000000',
    );
  });
});

describe('RFC 5531: messages', () => {
  test('§9 a call', () => {
    golden(
      RpcMsgCodec,
      {
        xid: 0x0102_0304,
        body: {
          mtype: MsgType.CALL,
          cbody: {
            ...{ rpcvers: 2, prog: 100_003, vers: 2, proc: 1 },
            cred: { flavor: 1, body: Buffer.alloc(4) },
            verf: { flavor: 0, body: Buffer.alloc(0) },
          },
        },
      },
      '01020304 00000000 00000002 000186a3 00000002 00000001',
      '00000001 00000004 00000000 00000000 00000000',
    );
  });

  test('§9 a reply that was denied', () => {
    golden(
      RpcMsgCodec,
      {
        xid: 1,
        body: {
          mtype: MsgType.REPLY,
          rbody: {
            stat: ReplyStat.MSG_DENIED,
            rreply: { stat: 0, mismatchInfo: { low: 2, high: 2 } },
          },
        },
      },
      '00000001 00000001 00000001 00000000 00000002 00000002',
    );
  });

  test('appendix A: an AUTH_SYS credential', () => {
    golden(
      AuthsysParmsCodec,
      { stamp: 1, machinename: 'host', uid: 0, gid: 1, gids: [1, 2] },
      '00000001 00000004 686f7374 00000000 00000001 00000002 00000001 00000002',
    );
  });
});

test('RFC 1833: the portmapper and rpcbind are versions of one program', () => {
  const versions = [PmapProgramV2, PmapProgramV3, PmapProgramV4];
  expect(versions.map(({ program, version }) => [program, version])).toEqual([
    [100_000, 2],
    [100_000, 3],
    [100_000, 4],
  ]);
});

describe('PA', () => {
  const header = {
    ...{ headerVersion: 1, incarnation: 1n, sequence: 2n, lowestUnfinished: 2n, hintEpoch: 3n },
    ...{ destination: Buffer.alloc(16, 1), client: Buffer.alloc(16, 2), mac: Buffer.alloc(0) },
  };

  test('a call header', () => {
    golden(
      PaCallHeaderCodec,
      { ...header, origin: undefined },
      `00000001 ${'01'.repeat(16)} ${'02'.repeat(16)}`,
      '0000000000000001 0000000000000002 0000000000000002 0000000000000003 00000000 00000000',
    );
  });

  test('RFC 5531 §8.2: the largest call header fits a verifier', () => {
    const origin = {
      ...{ gateway: Buffer.alloc(16), address: 'x'.repeat(64), port: 1, transport: 1, xid: 1 },
    };
    const largest = { ...header, origin, mac: Buffer.alloc(32) };
    expect(encodeToBuffer(PaCallHeaderCodec, largest).length).toBeLessThanOrEqual(400);
  });

  test('a reply header carries a delay with TRY_AGAIN only', () => {
    golden(PaReplyHeaderCodec, { status: PaStatus.PA_OK, epoch: 7n }, '00000000 0000000000000007');
    golden(PaReplyHeaderCodec, { status: PaStatus.PA_TRY_AGAIN, delayMs: 50 }, '00000002 00000032');
  });

  test('the programs of PA and of the pair', () => {
    expect([PaProgramV1.program, PairProgramV1.program]).toEqual([0x2046_0001, 0x2046_0002]);
  });
});
