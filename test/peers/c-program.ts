import path from 'node:path';
import type {
  Model,
  ModelField,
  NamedType,
  StructType,
  UnionType,
  WireType,
} from '../../rpc/rpcgen/model.ts';
import { unionChoices } from '../../rpc/rpcgen/testing/model-arbitrary.ts';
import { drawnBytesMax, drawnDepth, drawnItemsMax, smallSpan } from './draws.ts';

/** One .x file's part of the C program. */
export interface CUnit {
  /** A C identifier, different for each file. */
  readonly prefix: string;
  readonly model: Model;
  /** What C rpcgen made of the same file: `-h` and `-c`. */
  readonly header: string;
  readonly codecs: string;
}

/**
 * Types of the file itself that a value can be made of. A list node alone would be a list without its first link.
 */
export function testableTypes({ prefix, model }: CUnit): NamedType[] {
  return model.types.filter((type) => {
    const isNode = type.kind === 'struct' && type.link !== undefined;
    return !isNode && ownerOf(type) === prefix;
  });
}

/** Prefix of the unit whose file defines the type; none of them for C's own headers. */
function ownerOf(type: NamedType): string {
  return path.basename(type.place.file, '.x');
}

/** Draws, hexadecimal output, and the loop over requests. */
export function cMain(units: readonly CUnit[], seeds: number): string {
  return `#include <rpc/rpc.h>
#include "peer.h"
static uint32_t state;
void draw_seed(uint32_t seed) { state = seed * 2654435761u + 1; if (state == 0) state = 1; }
uint32_t draw(void) { state ^= state << 13; state ^= state >> 17; state ^= state << 5; return state; }
void draw_bytes(char *to, uint32_t count) { while (count-- > 0) *to++ = (char)(draw() & 0xff); }
static char buffer[4 << 20];
static char input[8 << 20];
static void print_hex(const char *name, const char *bytes, unsigned count) {
  printf("%s ", name);
  for (unsigned at = 0; at < count; at++) printf("%02x", (unsigned char)bytes[at]);
  printf("\\n");
}
void encode(const char *name, xdrproc_t codec, void *value) {
  XDR xdrs;
  xdrmem_create(&xdrs, buffer, sizeof buffer, XDR_ENCODE);
  if (!codec(&xdrs, value)) { printf("%s cannot-encode\\n", name); return; }
  print_hex(name, buffer, XDR_GETPOS(&xdrs));
}
void echo(const char *name, xdrproc_t codec, void *value, unsigned count) {
  XDR xdrs;
  xdrmem_create(&xdrs, buffer, count, XDR_DECODE);
  if (!codec(&xdrs, value)) { printf("%s cannot-decode\\n", name); return; }
  if (XDR_GETPOS(&xdrs) != count) { printf("%s left-over\\n", name); return; }
  encode(name, codec, value);
}
int main(void) {
  for (uint32_t seed = 0; seed < ${seeds}; seed++) {
${units.map(({ prefix }) => `    ${prefix}_fill_all(seed);`).join('\n')}
  }
  while (fgets(input, sizeof input, stdin)) {
    char *hex = strchr(input, ' ');
    *hex++ = 0;
    unsigned count = 0;
    while (isxdigit((unsigned char)hex[0])) { unsigned byte; sscanf(hex, "%2x", &byte); buffer[count++] = (char)byte; hex += 2; }
${units.map(({ prefix }) => `    ${prefix}_echo(input, count);`).join('\n')}
  }
  return 0;
}
`;
}

/** Declarations that the units share. */
export function cHeader(units: readonly CUnit[]): string {
  return `#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <rpc/rpc.h>
void draw_seed(uint32_t seed);
uint32_t draw(void);
void draw_bytes(char *to, uint32_t count);
void encode(const char *name, xdrproc_t codec, void *value);
void echo(const char *name, xdrproc_t codec, void *value, unsigned count);
${units.map(({ prefix }) => `void ${prefix}_fill_all(uint32_t seed); void ${prefix}_echo(const char *name, unsigned count);`).join('\n')}
`;
}

/**
 * C that makes values of every type of a file from a seed. The codecs get names of their own, since several files
 * define types of one name, and libtirpc some of them too.
 */
export function cUnit(unit: CUnit): string {
  const { prefix, model } = unit;
  const types = testableTypes(unit);
  return [
    '#include "peer.h"',
    ...model.types
      .filter((type) => !type.place.file.startsWith('<'))
      .map((type) => `#define xdr_${type.name} ${ownerOf(type)}_xdr_${type.name}`),
    ...model.types
      .filter((type) => ownerOf(type) !== prefix)
      .map((type) => `bool_t xdr_${type.name}();`),
    unit.header,
    unit.codecs,
    ...model.types
      .filter(isFilled)
      .map((type) => `static void fill_${type.name}(${type.name} *v, int depth);`),
    ...model.types.filter(isFilled).flatMap((type) => fillFunction(type)),
    `void ${prefix}_fill_all(uint32_t seed) {`,
    ...types.flatMap((type) => [
      `  { draw_seed(seed); ${type.name} *v = calloc(1, sizeof *v); int depth = ${drawnDepth};`,
      ...fillNamed(type, '(*v)', 'depth').map((line) => `    ${line}`),
      `    encode("${prefix}.${type.name}", (xdrproc_t)xdr_${type.name}, v); }`,
    ]),
    '}',
    `void ${prefix}_echo(const char *name, unsigned count) {`,
    ...types.map(
      (type) =>
        `  if (strcmp(name, "${prefix}.${type.name}") == 0) echo(name, (xdrproc_t)xdr_${type.name}, calloc(1, sizeof(${type.name})), count);`,
    ),
    '}',
    '',
  ].join('\n');
}

function isFilled(type: NamedType): boolean {
  return type.kind === 'struct' || type.kind === 'union';
}

function fillFunction(type: NamedType): string[] {
  if (type.kind !== 'struct' && type.kind !== 'union') return [];
  const body =
    type.kind === 'struct'
      ? type.fields.flatMap((field) => fillField(field, '(*v)'))
      : fillUnion(type);
  return [`static void fill_${type.name}(${type.name} *v, int depth) {`, ...body, '}'];
}

function fillUnion(type: UnionType): string[] {
  const choices = unionChoices(type);
  return [
    `switch (draw() % ${choices.length}) {`,
    ...choices.flatMap(({ value, field }, index) => [
      `case ${index}: v->${type.discriminant.name} = ${value};`,
      ...(field === undefined ? [] : fillField(field, `v->${type.name}_u`)),
      'break;',
    ]),
    '}',
  ];
}

function fillField(field: ModelField, container: string): string[] {
  return fillC(field.type, `${container}.${field.name}`, field.name, 'depth');
}

function fillNamed(type: NamedType, value: string, depth: string): string[] {
  switch (type.kind) {
    case 'enum':
      return [
        `{ static const int all[] = {${type.members.map((member) => member.value).join(', ')}}; ${value} = all[draw() % ${type.members.length}]; }`,
      ];
    case 'alias':
      return fillC(type.target, value, type.name, depth);
    case 'struct':
    case 'union':
      return [`fill_${type.name}(&${value}, ${depth});`];
  }
}

/** Statements that fill an lvalue. `label` is the name that C rpcgen derives `label_len` and `label_val` from. */
function fillC(type: WireType, value: string, label: string, depth: string): string[] {
  switch (type.kind) {
    case 'void':
      return [];
    case 'int':
      return [`${value} = (int32_t)draw();`];
    case 'unsignedInt':
      return [`${value} = draw();`];
    case 'small':
      return [`${value} = (int)(draw() % ${smallSpan(type)}) + (${type.min});`];
    case 'hyper':
    case 'unsignedHyper':
      return [`{ uint64_t high = draw(); ${value} = high << 32 | draw(); }`];
    case 'bool':
      return [`${value} = draw() & 1;`];
    case 'float':
    case 'double':
      return [`${value} = ((int)(draw() & 0xffff) - 0x8000) * 0.25;`];
    case 'opaqueFixed':
      return [`draw_bytes((char *)&${value}, ${type.length});`];
    case 'opaque': {
      const [length, bytes] =
        label === 'netobj' ? ['n_len', 'n_bytes'] : [`${label}_len`, `${label}_val`];
      return [
        `${value}.${length} = draw() % ${Math.min(type.max, drawnBytesMax) + 1};`,
        `${value}.${bytes} = calloc(1, ${drawnBytesMax});`,
        `draw_bytes(${value}.${bytes}, ${value}.${length});`,
      ];
    }
    case 'string':
      return [
        `{ uint32_t length = draw() % ${Math.min(type.max, drawnBytesMax) + 1};`,
        `  ${value} = calloc(1, length + 1);`,
        `  for (uint32_t at = 0; at < length; at++) ${value}[at] = (char)(draw() % 255 + 1); }`,
      ];
    case 'fixedArray': {
      const at = counter(value);
      return [
        `for (uint32_t ${at} = 0; ${at} < ${type.length}; ${at}++) {`,
        ...fillC(type.element, `${value}[${at}]`, label, depth),
        '}',
      ];
    }
    case 'array': {
      const at = counter(value);
      return [
        `${value}.${label}_len = draw() % ${Math.min(type.max, drawnItemsMax) + 1};`,
        `if (${depth} <= 0) ${value}.${label}_len = 0;`,
        `${value}.${label}_val = calloc(${drawnItemsMax}, sizeof *${value}.${label}_val);`,
        `for (uint32_t ${at} = 0; ${at} < ${value}.${label}_len; ${at}++) {`,
        ...fillC(type.element, `${value}.${label}_val[${at}]`, label, `${depth} - 1`),
        '}',
      ];
    }
    case 'optional':
      return [
        `if ((draw() & 1) == 1 && ${depth} > 0) {`,
        `  ${value} = calloc(1, sizeof *${value});`,
        ...fillC(type.element, `(*${value})`, label, `${depth} - 1`),
        '}',
      ];
    case 'list':
      return [
        `{ uint32_t count = draw() % ${drawnItemsMax + 1}; if (${depth} <= 0) count = 0;`,
        ...fillLinks(type.node, value, depth),
        '}',
      ];
    case 'nonEmptyList':
      return [
        `{ uint32_t count = draw() % ${drawnItemsMax};`,
        `  fill_${type.node.name}(&${value}, ${depth} - 1);`,
        ...fillLinks(type.node, `${value}.${type.node.link ?? ''}`, depth),
        '}',
      ];
    case 'named':
      return fillNamed(type.type, value, depth);
  }
}

/** A loop's own variable: what is inside another loop is a longer expression. */
function counter(value: string): string {
  return `at${value.length}`;
}

function fillLinks(node: StructType, pointer: string, depth: string): string[] {
  return [
    `  for (__typeof__(&${pointer}) at = &${pointer}; count > 0; count--, at = &(*at)->${node.link ?? ''}) {`,
    '    *at = calloc(1, sizeof **at);',
    `    fill_${node.name}(*at, ${depth} - 1);`,
    '  }',
  ];
}
