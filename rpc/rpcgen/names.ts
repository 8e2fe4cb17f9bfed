import type { Name } from './ast.ts';
import { CompileError, formatPlace, type Place } from './place.ts';

/** `header_version` -> `headerVersion`, `NFSPROC_GETATTR` -> `nfsprocGetattr`. */
export function camelCase(name: string): string {
  const [first = '', ...rest] = wordsOf(name);
  return safeStart(first.charAt(0).toLowerCase() + first.slice(1) + rest.map(capitalised).join(''));
}

/** `nfs_stat` -> `NfsStat`, `NFS_PROGRAM` -> `NfsProgram`. */
export function pascalCase(name: string): string {
  return safeStart(wordsOf(name).map(capitalised).join(''));
}

/** Between underscores; a word all in capitals goes to lower case, any other keeps its inner capitals. */
function wordsOf(name: string): string[] {
  const words = name.split('_').filter((word) => word !== '');
  return words.map((word) => (word === word.toUpperCase() ? word.toLowerCase() : word));
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** `_` and `_9` are identifiers in C. */
function safeStart(name: string): string {
  return /^[A-Za-z]/.test(name) ? name : `_${name}`;
}

/**
 * Those first whose names the conversion leaves alone: of `foo_bar` and `fooBar` the second is `fooBar`, whichever the
 * file has first.
 */
export function inClaimOrder<T extends { readonly name: Name }>(
  items: readonly T[],
  convert: (name: string) => string,
): T[] {
  const isExact = ({ name }: T): boolean => convert(name.text) === name.text;
  return [...items.filter(isExact), ...items.filter((item) => !isExact(item))];
}

/** Words that cannot name a variable in a module. */
const reserved: readonly string[] = [
  ...['await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default'],
  ...['delete', 'do', 'else', 'enum', 'export', 'extends', 'false', 'finally', 'for'],
  ...['function', 'if', 'implements', 'import', 'in', 'instanceof', 'interface', 'let', 'new'],
  ...['null', 'package', 'private', 'protected', 'public', 'return', 'static', 'super'],
  ...['switch', 'this', 'throw', 'true', 'try', 'typeof', 'var', 'void', 'while', 'with'],
  ...['yield', 'arguments', 'eval', 'undefined', 'async', 'of', 'any', 'unknown', 'never'],
  ...['string', 'number', 'boolean', 'bigint', 'object', 'symbol'],
];

/** What generated code itself refers to or declares in functions. */
const usedByGeneratedCode: readonly string[] = [
  ...['Buffer', 'Promise', 'Map', 'Exclude', 'undefined', 'readonly'],
  ...['XdrCodec', 'XdrReader', 'XdrWriter', 'XdrLimitError', 'voidCodec'],
  ...['ProgramVersion', 'RpcCaller', 'DispatchTable', 'DispatchRow', 'Context', 'Options'],
  ...['reader', 'writer', 'value', 'item', 'left', 'args', 'options', 'handlers', 'context'],
];

/** One scope of TypeScript names. Each is handed out once. */
export class NameScope {
  readonly #taken = new Map<string, Name | undefined>();

  constructor(kind: 'module' | 'fields' | 'locals') {
    if (kind === 'fields') {
      // Assigned in an object literal, this one name would set a prototype.
      this.#taken.set('__proto__', undefined);
      return;
    }
    for (const word of [...reserved, ...usedByGeneratedCode]) this.#taken.set(word, undefined);
  }

  /**
   * The first of the candidates that is free together with the names derived from it. Two names that are different in
   * the .x file may be the same after conversion (`foo_bar`, `FooBar`): one of them then keeps its own spelling.
   */
  claim(
    owner: Name,
    candidates: readonly string[],
    derived: (name: string) => readonly string[] = (name) => [name],
  ): string {
    let clash: { readonly name: string; readonly with: Name | undefined } | undefined;
    for (const candidate of candidates) {
      const names = derived(candidate);
      const used = names.find((name) => this.#taken.has(name));
      if (used === undefined) {
        for (const name of names) this.#taken.set(name, owner);
        return candidate;
      }
      clash ??= { name: used, with: this.#taken.get(used) };
    }
    throw new CompileError(owner.place, clashMessage(owner.text, clash?.name, clash?.with));
  }
}

function clashMessage(name: string, tsName: string | undefined, other: Name | undefined): string {
  const used =
    other === undefined ? 'taken' : `that of '${other.text}' at ${formatPlace(other.place)}`;
  return `'${name}' needs the TypeScript name '${tsName ?? name}', which is ${used}`;
}

/** Remembers where each name of one kind was defined, and refuses the second definition. */
export class UniqueNames {
  readonly #places = new Map<string, Place>();

  add(name: Name, what: string): void {
    const first = this.#places.get(name.text);
    if (first !== undefined) {
      throw new CompileError(
        name.place,
        `${what} '${name.text}' is defined already at ${formatPlace(first)}`,
      );
    }
    this.#places.set(name.text, name.place);
  }
}
