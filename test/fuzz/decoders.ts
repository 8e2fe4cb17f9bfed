import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { compileToModel } from '../../rpc/rpcgen/compile.ts';
import { type ProtocolFile, protocolFiles } from '../../rpc/rpcgen/protocol-files.ts';
import { arbitraryOf, arbitraryOfNamed } from '../../rpc/rpcgen/testing/model-arbitrary.ts';
import type { XdrCodec } from '../../xdr/codec.ts';
import { encodeToBuffer } from '../../xdr/decode.ts';
import type { ProgramVersion } from '../../xdr/program.ts';

/** A decoder of generated code, with encodings that it accepts. */
export interface FuzzedDecoder {
  /** `protocol/nfs2: Sattr`, or a procedure with `arguments` or `result`. */
  readonly name: string;
  readonly codec: XdrCodec<unknown>;
  readonly valid: fc.Arbitrary<Buffer>;
}

const root = join(import.meta.dirname, '../..');

/** Every decoder that was generated from the project's `.x` files: of types, and of arguments and results. */
export async function generatedDecoders(): Promise<FuzzedDecoder[]> {
  const lists = await Promise.all(protocolFiles.map(decodersOf));
  return lists.flat();
}

async function decodersOf({ path, byteStrings }: ProtocolFile): Promise<FuzzedDecoder[]> {
  const sourceName = `${basename(path)}.x`;
  const text = readFileSync(join(root, `${path}.x`), 'utf8');
  const options = { sourceName, byteStrings, defines: new Map(), preincludes: [] };
  const model = compileToModel({ path: sourceName, text }, options, () => undefined);
  const generated = join(root, dirname(path), 'generated', `${basename(path)}.ts`);
  const exports = (await import(generated)) as Readonly<Record<string, unknown>>;
  const values = { byteStrings, depth: 3, forC: false };

  const types = model.types.map((type) =>
    decoder(
      `${path}: ${type.tsName}`,
      exports[`${type.tsName}Codec`] as XdrCodec<unknown>,
      arbitraryOfNamed(type, values),
    ),
  );
  const procedures = model.programs.flatMap((version) => {
    const described = (exports[version.tsName] as ProgramVersion).procedures;
    return version.procedures.flatMap((procedure) => {
      const codecs = described[procedure.tsName];
      if (codecs === undefined) throw new Error(`${path}: there is no ${procedure.tsName}`);
      const [first, ...more] = procedure.arguments.map((type) => arbitraryOf(type, values));
      const single = first ?? fc.constant(undefined);
      const args = more.length === 0 ? single : fc.tuple(single, ...more);
      return [
        decoder(`${path}: ${procedure.name} arguments`, codecs.arguments, args),
        decoder(
          `${path}: ${procedure.name} result`,
          codecs.result,
          arbitraryOf(procedure.result, values),
        ),
      ];
    });
  });
  return [...types, ...procedures];
}

function decoder(
  name: string,
  codec: XdrCodec<unknown>,
  values: fc.Arbitrary<unknown>,
): FuzzedDecoder {
  return { name, codec, valid: values.map((value) => encodeToBuffer(codec, value)) };
}
