import type { ConstantReference, ConstDefinition, Definition, EnumDefinition } from './ast.ts';
import { evaluate } from './condition.ts';
import { numberOf, type Token } from './lexer.ts';
import type { Macros } from './macros.ts';
import { UniqueNames } from './names.ts';
import { CompileError } from './place.ts';

const unsignedIntMax = 0xffff_ffffn;

type Entry =
  | { readonly kind: 'value'; readonly value: bigint }
  | { readonly kind: 'pending'; readonly definition: ConstDefinition }
  | { readonly kind: 'enumerator'; readonly definition: EnumDefinition };

/**
 * The file's constants: those of `const`, the enumerators (which are constants of the whole file, RFC 4506 §6.4), and
 * macros of C headers. Looked up when first needed, so that the order of definitions does not matter.
 */
export class Constants {
  readonly #entries = new Map<string, Entry>();
  readonly #beingEvaluated = new Set<string>();
  readonly #enumValues = new Map<EnumDefinition, ReadonlyMap<string, number>>();
  readonly #macros: Macros;

  constructor(
    definitions: readonly Definition[],
    enums: readonly EnumDefinition[],
    macros: Macros,
  ) {
    this.#macros = macros;
    const unique = new UniqueNames();
    this.#entries.set('TRUE', { kind: 'value', value: 1n });
    this.#entries.set('FALSE', { kind: 'value', value: 0n });
    for (const definition of definitions) {
      if (definition.kind !== 'const') continue;
      unique.add(definition.name, 'constant');
      this.#entries.set(definition.name.text, { kind: 'pending', definition });
    }
    for (const definition of enums) {
      for (const { name } of definition.members) {
        unique.add(name, 'constant');
        this.#entries.set(name.text, { kind: 'enumerator', definition });
      }
    }
  }

  /** Any size: `const` has no type. */
  value({ token, negative }: ConstantReference): bigint {
    const value = token.kind === 'number' ? numberOf(token) : this.#named(token);
    return negative ? -value : value;
  }

  /** A length, a limit, a program's, version's or procedure's number. */
  unsignedInt(reference: ConstantReference, what: string): number {
    return this.#within(reference, 0n, unsignedIntMax, what);
  }

  int(reference: ConstantReference, what: string): number {
    return this.#within(reference, -0x8000_0000n, 0x7fff_ffffn, what);
  }

  /** The members of an enum in their order. */
  enumMembers(definition: EnumDefinition): ReadonlyMap<string, number> {
    const known = this.#enumValues.get(definition);
    if (known !== undefined) return known;
    const values = new Map<string, number>();
    // Partial on purpose while it is filled: a member may refer to an earlier one.
    this.#enumValues.set(definition, values);
    let next = 0;
    for (const { name, value } of definition.members) {
      const here = value === undefined ? next : this.int(value, 'an enumerator');
      if (here > 0x7fff_ffff) {
        throw new CompileError(name.place, `enumerator '${name.text}' does not fit an int`);
      }
      values.set(name.text, here);
      next = here + 1;
    }
    return values;
  }

  #within(reference: ConstantReference, min: bigint, max: bigint, what: string): number {
    const value = this.value(reference);
    if (value >= min && value <= max) return Number(value);
    throw new CompileError(
      reference.token.place,
      `${value} does not fit ${what}: it must be within ${min} to ${max}`,
    );
  }

  #named(token: Token): bigint {
    const entry = this.#entries.get(token.text);
    if (entry?.kind === 'value') return entry.value;
    if (this.#beingEvaluated.has(token.text)) {
      throw new CompileError(token.place, `constant '${token.text}' is defined by itself`);
    }
    this.#beingEvaluated.add(token.text);
    const value = this.#evaluate(token, entry);
    this.#beingEvaluated.delete(token.text);
    return value;
  }

  #evaluate(token: Token, entry: Entry | undefined): bigint {
    if (entry?.kind === 'enumerator') {
      const value = this.enumMembers(entry.definition).get(token.text);
      if (value !== undefined) return BigInt(value);
      throw new CompileError(token.place, `'${token.text}' is used before it has a value`);
    }
    if (entry?.kind === 'pending') {
      const { value } = entry.definition;
      if (!('string' in value)) return this.value(value);
      throw new CompileError(token.place, `constant '${token.text}' is a string, not a number`);
    }
    const macro = this.#macros.get(token.text);
    if (macro === undefined || macro.length === 0) {
      throw new CompileError(token.place, `constant '${token.text}' is not defined`);
    }
    return evaluate(macro, token.place, (name) => this.#named(name));
  }
}
