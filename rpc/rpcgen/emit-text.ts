/** Lines, two columns further in. */
export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}

/** Names of the variables of one generated function. */
export class Locals {
  readonly #taken = new Set<string>([
    ...['reader', 'writer', 'value', 'undefined', 'Buffer', 'arguments', 'eval', 'await'],
    ...['break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default', 'delete'],
    ...['do', 'else', 'enum', 'export', 'extends', 'false', 'finally', 'for', 'function', 'if'],
    ...['implements', 'import', 'in', 'instanceof', 'interface', 'let', 'new', 'null', 'package'],
    ...['private', 'protected', 'public', 'return', 'static', 'super', 'switch', 'this', 'throw'],
    ...['true', 'try', 'typeof', 'var', 'void', 'while', 'with', 'yield'],
  ]);

  /** The name that is asked for, or one like it. */
  claim(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#taken.has(name); count += 1) name = `${wanted}${count}`;
    this.#taken.add(name);
    return name;
  }
}
