import { extname, join } from 'node:path';

/** The script of that name beside a module, compiled or not as the module is. */
export function childScript(from: ImportMeta, name: string): string {
  return join(from.dirname, name + extname(from.filename));
}
