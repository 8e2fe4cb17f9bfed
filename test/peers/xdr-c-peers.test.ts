import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { includeFinder } from '../../rpc/rpcgen/compile-file.ts';
import { realFiles } from '../../rpc/rpcgen/files-adapter.ts';
import { type Compiled, importCompiled } from '../../rpc/rpcgen/testing/import-compiled.ts';
import { arbitraryOfNamed } from '../../rpc/rpcgen/testing/model-arbitrary.ts';
import { decodeAll, encodeToBuffer } from '../../xdr/decode.ts';
import { type CUnit, cHeader, cMain, cUnit, testableTypes } from './c-program.ts';
import { Draws, drawNamed, drawnDepth } from './draws.ts';

// C rpcgen (Debian's rpcsvc-proto) and libtirpc against ours: the same .x files, the same values, the same bytes.

const system = '/usr/include/rpcsvc';
const seeds = 25;
const echoes = 25;

/** All of the system's files that C rpcgen makes a header of, and one of ours with the rest of the language. */
const systemFiles = [
  ...['bootparam_prot', 'key_prot', 'klm_prot', 'mount', 'nfs_prot', 'nis_callback'],
  ...['nis_object', 'nlm_prot', 'rex', 'rquota', 'rstat', 'rusers', 'sm_inter', 'spray'],
  ...['yp', 'yppasswd'],
].map((name) => `${system}/${name}.x`);
const files = [...systemFiles, path.join(import.meta.dirname, 'language.x')];

/** What nis_callback.x takes from a C header. C rpcgen makes no header of nis.x, where nis_error is. */
const nisObjects = `${system}/nis_object.x`;
const nisError = 'enum nis_error { NIS_SUCCESS = 0, NIS_NOTFOUND = 2 };';

function missingTool(): string | undefined {
  const has = (tool: string): boolean =>
    spawnSync(tool, ['--version'], { stdio: 'ignore' }).error === undefined;
  if (!has('gcc')) return 'no gcc';
  if (!has('rpcgen')) return 'no rpcgen (rpcsvc-proto)';
  if (!fs.existsSync('/usr/include/tirpc/rpc/rpc.h')) return 'no libtirpc-dev';
  return systemFiles.every((file) => fs.existsSync(file)) ? undefined : `no ${system}/*.x`;
}

interface Peer extends CUnit {
  readonly ours: Compiled;
}

async function preparePeer(file: string): Promise<Peer> {
  const prefix = path.basename(file, '.x');
  const isCallback = prefix === 'nis_callback';
  const preincludes = [
    { path: nisObjects, text: fs.readFileSync(nisObjects, 'utf8') },
    { path: 'nis_error.x', text: nisError },
  ];
  const ours = await importCompiled(fs.readFileSync(file, 'utf8'), {
    sourceName: file,
    byteStrings: true,
    preincludes: isCallback ? preincludes : [],
    findInclude: includeFinder([], realFiles),
  });
  const rpcgen = (option: string): string =>
    execFileSync('rpcgen', [option, file], { encoding: 'utf8', cwd: os.tmpdir() });
  const codecs = rpcgen('-c').replaceAll(/#include ".*"/g, '');
  return { prefix, ours, model: ours.model, header: rpcgen('-h'), codecs };
}

describe('XDR of C peers', () => {
  const reason = missingTool();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fuga-c-peers-'));
  const peers: Peer[] = [];
  let output: Map<string, string[]>;
  const requests: { readonly name: string; readonly hex: string }[] = [];

  beforeAll(async () => {
    if (reason !== undefined) return;
    for (const file of files) peers.push(await preparePeer(file));
    for (const peer of peers) {
      for (const type of testableTypes(peer)) {
        const options = { byteStrings: true, depth: drawnDepth, forC: true };
        const values = fc.sample(arbitraryOfNamed(type, options), { numRuns: echoes, seed: 1 });
        for (const value of values) {
          const bytes = encodeToBuffer(peer.ours.codec(type.tsName), value);
          requests.push({ name: `${peer.prefix}.${type.name}`, hex: bytes.toString('hex') });
        }
      }
    }
    output = runC(
      buildC(folder, peers),
      requests.map(({ name, hex }) => `${name} ${hex}\n`).join(''),
    );
  });

  afterAll(() => {
    fs.rmSync(folder, { recursive: true });
  });

  test.for(files.map((file) => path.basename(file, '.x')))(
    'RFC 4506: %s.x: C rpcgen and ours encode the same values to the same bytes, both ways',
    (prefix, context) => {
      if (reason !== undefined) context.skip(`C peers are left out: ${reason}`);
      const peer = peers.find((candidate) => candidate.prefix === prefix)!;
      for (const type of testableTypes(peer)) {
        const name = `${prefix}.${type.name}`;
        const codec = peer.ours.codec(type.tsName);
        const lines = output.get(name) ?? [];
        const theirs = lines.slice(0, seeds);
        for (let seed = 0; seed < seeds; seed += 1) {
          const value = drawNamed(type, new Draws(seed), drawnDepth);
          const hex = encodeToBuffer(codec, value).toString('hex');
          expect(`${name} ${seed} ${hex}`).toBe(`${name} ${seed} ${theirs[seed]}`);
          expect(decodeAll(codec, Buffer.from(theirs[seed]!, 'hex'))).toEqual({ ok: true, value });
        }
        // What C decodes from our bytes, it encodes to the same bytes again.
        const sent = requests.filter((request) => request.name === name).map(({ hex }) => hex);
        expect(lines.slice(seeds)).toEqual(sent);
      }
    },
  );
});

/** One program of all files, in one run of the compiler. */
function buildC(folder: string, peers: readonly Peer[]): string {
  const write = (name: string, text: string): string => {
    fs.writeFileSync(path.join(folder, name), text);
    return name;
  };
  write('peer.h', cHeader(peers));
  const sources = peers.map((peer) => write(`${peer.prefix}.c`, cUnit(peer)));
  sources.push(write('main.c', cMain(peers, seeds)));
  const flags = ['-w', '-O0', '-I/usr/include/tirpc', '-o', 'peer', ...sources, '-ltirpc'];
  execFileSync('gcc', flags, { cwd: folder, stdio: 'pipe' });
  return path.join(folder, 'peer');
}

/** Its lines by the name that they start with. */
function runC(program: string, input: string): Map<string, string[]> {
  const text = execFileSync(program, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  const lines = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [name = '', hex = ''] = line.split(' ');
    const known = lines.get(name);
    if (known === undefined) lines.set(name, [hex]);
    else known.push(hex);
  }
  return lines;
}
