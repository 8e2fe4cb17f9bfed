import { readFile } from 'node:fs/promises';
import type { ReadExportSources } from '../exports/configured-exports.ts';
import type { ExportSource } from '../exports/export-lines.ts';
import { systemCodeOf } from '../../environment/system-code.ts';
import { CommandFailure } from './failure.ts';

/** What a user names exports by. */
export interface ExportOptions {
  /** A file of lines as in exports(5). */
  readonly exports?: string;
  /** More such lines. */
  readonly export?: readonly string[];
}

/** Far more than anybody writes. */
const fileBytesMax = 1024 * 1024;

/** Reads the file each time anew; the lines of the command line stay what they were. */
export function exportSources({
  exports: file,
  export: lines = [],
}: ExportOptions): ReadExportSources {
  const given = lines.map((line) => ({
    name: '--export',
    text: Buffer.from(line).toString('latin1'),
  }));
  return async () => {
    if (file === undefined) return given.length === 0 ? undefined : given;
    return [await readSource(file), ...given];
  };
}

async function readSource(file: string): Promise<ExportSource> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    const why = systemCodeOf(cause) === 'ENOENT' ? 'there is no such file' : String(cause);
    throw new CommandFailure(`the exports cannot be read: ${file}: ${why}`, { cause });
  });
  if (bytes.length > fileBytesMax) {
    throw new CommandFailure(
      `the exports cannot be read: ${file} has more than ${fileBytesMax} bytes`,
    );
  }
  return { name: file, text: bytes.toString('latin1') };
}
