import type { Builtin } from './ast.ts';

/** Words that cannot name anything (RFC 4506 §6.2, RFC 5531 §12.3). */
export const keywords: ReadonlySet<string> = new Set([
  'bool',
  'case',
  'char',
  'const',
  'default',
  'double',
  'enum',
  'float',
  'hyper',
  'int',
  'long',
  'opaque',
  'program',
  'quadruple',
  'short',
  'string',
  'struct',
  'switch',
  'typedef',
  'union',
  'unsigned',
  'version',
  'void',
]);

/**
 * Types that C gets from its headers, so that files written for C rpcgen use them without a definition. A file's own
 * definition comes first. `long` is 32 bits on the wire (xdr_long), whatever it is in C.
 */
export const headerTypes: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['bool_t', 'bool'],
  ['enum_t', 'int'],
  ['u_char', 'unsigned char'],
  ['u_short', 'unsigned short'],
  ['u_int', 'unsigned int'],
  ['u_long', 'unsigned int'],
  ['int8_t', 'char'],
  ['uint8_t', 'unsigned char'],
  ['int16_t', 'short'],
  ['uint16_t', 'unsigned short'],
  ['int32_t', 'int'],
  ['uint32_t', 'unsigned int'],
  ['u_int32_t', 'unsigned int'],
  ['int64_t', 'hyper'],
  ['uint64_t', 'unsigned hyper'],
  ['u_int64_t', 'unsigned hyper'],
  ['quad_t', 'hyper'],
  ['u_quad_t', 'unsigned hyper'],
  ['longlong_t', 'hyper'],
  ['u_longlong_t', 'unsigned hyper'],
  ['u_hyper', 'unsigned hyper'],
]);

/**
 * What files for C take from <rpc/rpc.h> without a definition of their own, said in this language. Only what a file
 * mentions is added to it.
 */
export const headerDefinitions = `
const MAXNETNAMELEN = 255;
typedef opaque netobj<1024>;
typedef opaque des_block[8];
`;
