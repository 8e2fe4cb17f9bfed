import { indent } from './emit-text.ts';
import type { NamedType } from './model.ts';

/** Where values can nest in themselves, both ways count how deep they are. */
export function emitCodec(
  type: NamedType,
  encode: readonly string[],
  decode: readonly string[],
): string[] {
  const { tsName } = type;
  const head = `export const ${tsName}Codec: XdrCodec<${tsName}> = {`;
  if (!type.recursive) {
    return [head, ...indent(emitEncode(encode)), ...indent(emitDecode(decode)), '};'];
  }
  return [
    head,
    ...indent(emitEncode(['writer.enter();', ...encode, 'writer.leave();'])),
    ...indent(
      emitDecode([
        `if (!reader.enter()) return undefined as unknown as ${tsName};`,
        `const value = decode${tsName}(reader);`,
        'reader.leave();',
        'return value;',
      ]),
    ),
    '};',
    '',
    `function decode${tsName}(reader: XdrReader): ${tsName} {`,
    ...indent(decode),
    '}',
  ];
}

export function emitEncode(statements: readonly string[]): string[] {
  return statements.length === 0
    ? ['encode() {},']
    : ['encode(writer, value) {', ...indent(statements), '},'];
}

export function emitDecode(statements: readonly string[]): string[] {
  const usesReader = statements.some((statement) => statement.includes('reader'));
  return [usesReader ? 'decode(reader) {' : 'decode() {', ...indent(statements), '},'];
}
