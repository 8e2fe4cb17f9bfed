import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The launcher beside this source, compiled or not. */
export function findFuga(): string {
  for (let at = import.meta.dirname; at !== dirname(at); at = dirname(at)) {
    const launcher = join(at, 'bin', 'fuga');
    if (existsSync(launcher)) return launcher;
  }
  throw new Error('bin/fuga was not found above this command');
}
