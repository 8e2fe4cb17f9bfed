import { evaluate } from './condition.ts';
import { lexLine, type Token } from './lexer.ts';
import { expandMacros, type Macros } from './macros.ts';
import { CompileError, type Place } from './place.ts';
import { stripComments } from './strip-comments.ts';

const includeDepthMax = 64;

export interface IncludedFile {
  readonly path: string;
  readonly text: string;
}

/** Finds what `#include` names: `quoted` ("x") is looked for beside the including file first. */
export type FindInclude = (
  name: string,
  quoted: boolean,
  includingFile: string,
) => IncludedFile | undefined;

export interface PreprocessorOutput {
  /** Ends with an `end` token. */
  readonly tokens: readonly Token[];
  /**
   * Macros as they stand at the end, and those that `%#define` lines make in C: limits such as
   * `string name<LM_MAXSTRLEN>` refer to the latter in Sun's own files.
   */
  readonly macros: Macros;
}

interface Conditional {
  readonly opened: Place;
  /** The lines around it count. */
  readonly parentActive: boolean;
  active: boolean;
  /** One of its branches has counted already. */
  taken: boolean;
  sawElse: boolean;
}

/** What C rpcgen has cpp do: conditionals, object-like macros, includes; `%` lines are dropped. */
export class Preprocessor {
  readonly #findInclude: FindInclude;
  readonly #macros: Map<string, readonly Token[]>;
  readonly #passedMacros = new Map<string, readonly Token[]>();
  readonly #tokens: Token[] = [];
  #depth = 0;

  constructor(findInclude: FindInclude, macros: Macros) {
    this.#findInclude = findInclude;
    this.#macros = new Map(macros);
  }

  file(file: IncludedFile): void {
    const { lines, passThrough } = stripComments(file.text, file.path);
    const conditionals: Conditional[] = [];
    const isActive = (): boolean => conditionals.at(-1)?.active ?? true;
    for (let index = 0; index < lines.length; index += 1) {
      const line = lines[index] ?? '';
      const place: Place = { file: file.path, line: index + 1, column: 1 };
      const passed = passThrough.get(index);
      if (passed !== undefined) {
        if (isActive()) this.#passedLine(passed, place);
      } else if (/^\s*#/.test(line)) {
        const joined = joinContinued(lines, index, place);
        index += joined.extraLines;
        this.#directive(line, place, joined.tokens, conditionals);
      } else if (isActive()) {
        this.#tokens.push(...expandMacros(lexLine(line, place), this.#macros));
      }
    }
    const open = conditionals.at(-1);
    if (open !== undefined) throw new CompileError(open.opened, 'conditional without #endif');
  }

  finish(at: Place): PreprocessorOutput {
    return {
      tokens: [...this.#tokens, { kind: 'end', text: 'end of file', place: at }],
      macros: new Map([...this.#passedMacros, ...this.#macros]),
    };
  }

  /** Only `%#define NAME expression` says anything to us; other C text may be anything at all. */
  #passedLine(text: string, place: Place): void {
    const match = /^\s*#\s*define\s+([A-Za-z_]\w*)[ \t]+(.*?)\s*(?:\/\*.*)?$/.exec(text);
    const [name, body] = [match?.[1], match?.[2]];
    if (name === undefined || body === undefined || !/^[\w\s()+\-*<>|&~^]+$/.test(body)) return;
    try {
      this.#passedMacros.set(name, lexLine(body, place));
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
    }
  }

  #directive(
    line: string,
    place: Place,
    tokens: () => readonly Token[],
    conditionals: Conditional[],
  ): void {
    const match = /^(\s*#\s*)([A-Za-z_]*)(.*)$/.exec(line);
    const [lead = '', name = '', rest = ''] = match?.slice(1) ?? [];
    const at: Place = { ...place, column: lead.length + 1 };
    const open = conditionals.at(-1);
    const isActive = open?.active ?? true;
    switch (name) {
      case 'if':
      case 'ifdef':
      case 'ifndef': {
        const active = isActive && this.#test(name, at, tokens());
        const opened = { ...place, column: lead.indexOf('#') + 1 };
        conditionals.push({
          opened,
          parentActive: isActive,
          active,
          taken: active,
          sawElse: false,
        });
        return;
      }
      case 'elif':
      case 'else': {
        if (open === undefined) throw new CompileError(at, `#${name} without #if`);
        if (open.sawElse) throw new CompileError(at, `#${name} after #else`);
        open.sawElse = name === 'else';
        const mayTake = open.parentActive && !open.taken;
        open.active = mayTake && (name === 'else' || this.#test('if', at, tokens()));
        open.taken ||= open.active;
        return;
      }
      case 'endif':
        if (conditionals.pop() === undefined) throw new CompileError(at, '#endif without #if');
        return;
      default:
        if (isActive) this.#activeDirective(name, rest, at, tokens);
    }
  }

  #activeDirective(name: string, rest: string, at: Place, tokens: () => readonly Token[]): void {
    switch (name) {
      case 'define':
        this.#define(at, tokens());
        return;
      case 'undef': {
        const macro = tokens()[0];
        if (macro?.kind !== 'identifier') throw new CompileError(at, '#undef needs a name');
        this.#macros.delete(macro.text);
        return;
      }
      case 'include':
        this.#include(rest, at);
        return;
      case 'error':
        throw new CompileError(at, `#error${rest.trimEnd()}`);
      case 'pragma':
      case 'ident':
      case 'line':
      case 'warning':
      case '':
        return;
      default:
        throw new CompileError(at, `unknown directive #${name}`);
    }
  }

  #test(directive: string, at: Place, tokens: readonly Token[]): boolean {
    if (directive === 'if') {
      const expanded = expandMacros(this.#replaceDefined(tokens), this.#macros);
      return evaluate(expanded, at, () => 0n) !== 0n;
    }
    const macro = tokens[0];
    if (macro?.kind !== 'identifier') throw new CompileError(at, `#${directive} needs a name`);
    return this.#macros.has(macro.text) === (directive === 'ifdef');
  }

  #replaceDefined(tokens: readonly Token[]): Token[] {
    const result: Token[] = [];
    for (let index = 0; index < tokens.length; index += 1) {
      const token = tokens[index];
      if (token === undefined) break;
      if (token.kind !== 'identifier' || token.text !== 'defined') {
        result.push(token);
        continue;
      }
      const parenthesised = tokens[index + 1]?.text === '(';
      const macro = tokens[index + (parenthesised ? 2 : 1)];
      const isClosed = !parenthesised || tokens[index + 3]?.text === ')';
      if (macro?.kind !== 'identifier' || !isClosed) {
        throw new CompileError(token.place, "'defined' needs a name");
      }
      index += parenthesised ? 3 : 1;
      const text = this.#macros.has(macro.text) ? '1' : '0';
      result.push({ kind: 'number', text, place: token.place });
    }
    return result;
  }

  #define(at: Place, tokens: readonly Token[]): void {
    const [macro, first, ...body] = tokens;
    if (macro?.kind !== 'identifier') throw new CompileError(at, '#define needs a name');
    const isFunction =
      first?.text === '(' && first.place.column === macro.place.column + macro.text.length;
    if (isFunction) {
      throw new CompileError(macro.place, `macro '${macro.text}' has parameters: not supported`);
    }
    this.#macros.set(macro.text, first === undefined ? [] : [first, ...body]);
  }

  #include(rest: string, at: Place): void {
    const match = /^\s*(?:"([^"]+)"|<([^>]+)>)\s*$/.exec(rest);
    const name = match?.[1] ?? match?.[2];
    if (name === undefined) throw new CompileError(at, '#include needs "file" or <file>');
    if (this.#depth === includeDepthMax) {
      throw new CompileError(at, `#include nested more than ${includeDepthMax} deep`);
    }
    const found = this.#findInclude(name, match?.[1] !== undefined, at.file);
    if (found === undefined) throw new CompileError(at, `cannot find included file '${name}'`);
    this.#depth += 1;
    this.file(found);
    this.#depth -= 1;
  }
}

/** The tokens after `#name`, of this line and of those that a backslash joins to it; lexed only when asked for. */
function joinContinued(lines: readonly string[], start: number, place: Place) {
  let end = start;
  while (lines[end]?.endsWith('\\') === true && end + 1 < lines.length) end += 1;
  const tokens = (): readonly Token[] =>
    lines.slice(start, end + 1).flatMap((line, offset) => {
      const body = line.replace(/\\$/, '');
      const text = offset === 0 ? body.replace(/^\s*#\s*[A-Za-z_]*/, blanks) : body;
      return lexLine(text, { ...place, line: place.line + offset });
    });
  return { tokens, extraLines: end - start };
}

function blanks(text: string): string {
  return ' '.repeat(text.length);
}
