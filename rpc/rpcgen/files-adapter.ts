import fs from 'node:fs';
import path from 'node:path';
import type { SourceFiles } from './compile-file.ts';

/** The real file system. */
export const realFiles: SourceFiles = {
  read(name) {
    if (!fs.existsSync(name)) return undefined;
    return fs.readFileSync(name, 'utf8');
  },
  write(name, text) {
    fs.mkdirSync(path.dirname(name), { recursive: true });
    fs.writeFileSync(name, text);
  },
};
