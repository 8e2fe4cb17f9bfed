import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import type { RowSettings } from './rows/row-settings.ts';

export interface BenchOptions extends RowSettings {
  /** Undefined: all of them, but what `--quick` leaves out. */
  readonly rows: readonly string[] | undefined;
  /** Servers beside fuga. */
  readonly peers: readonly string[];
  readonly repeats: number;
  readonly durationMs: number;
  readonly isQuick: boolean;
  /** Where the report goes. */
  readonly out: string;
  /** The file system that is measured. */
  readonly folder: string;
  /** Where the load generator in C is, if it is to be asked too. */
  readonly referee: string | undefined;
}

const peerNames = ['ganesha', 'gateway'];

export const usage = `npm run bench -- [options]: what a pair does here, beside NFS-Ganesha and what the machine allows
  --rows a,b         only these (default: all); a row is run with its neighbours of the report where it needs them
  --peers a,b        beside fuga: of ${peerNames.join(', ')}, or none (default: ganesha)
  --repeats n        medians of so many (default: 5)
  --duration-ms n    of one measurement (default: 500)
  --quick            one short repeat, without what takes long
  --out folder       for bench.md, bench.json and bench.svg (default: bench-results)
  --folder folder    on the file system that is measured (default: the system's temporary folder)
  --largest-file n   bytes of the largest whole file, up to 10 GiB (default: 64 MiB)
  --tree-files n     small files of the tree that is copied (default: 20000)
  --referee folder   runs peers.sh of a load generator in C that lies there, and adds its table`;

const megabyteBytes = 1_048_576;

/** Throws an error that says what is wrong. */
export function parseOptions(words: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...words],
    options: {
      rows: { type: 'string' },
      peers: { type: 'string', default: 'ganesha' },
      repeats: { type: 'string' },
      'duration-ms': { type: 'string' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string', default: 'bench-results' },
      folder: { type: 'string', default: tmpdir() },
      'largest-file': { type: 'string' },
      'tree-files': { type: 'string' },
      referee: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const isQuick = values.quick;
  const peers = values.peers === 'none' ? [] : values.peers.split(',');
  const unknown = peers.find((name) => !peerNames.includes(name));
  if (unknown !== undefined) {
    throw new Error(`--peers: ${unknown} is none of ${peerNames.join(', ')}`);
  }
  return {
    rows: values.rows?.split(','),
    peers,
    repeats: countOf('--repeats', values.repeats, isQuick ? 1 : 5),
    durationMs: countOf('--duration-ms', values['duration-ms'], isQuick ? 100 : 500),
    isQuick,
    out: values.out,
    folder: values.folder,
    largestFileBytes: countOf('--largest-file', values['largest-file'], 64 * megabyteBytes),
    treeFiles: countOf('--tree-files', values['tree-files'], isQuick ? 500 : 20_000),
    referee: values.referee,
  };
}

function countOf(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new Error(`${option}: ${text} is no count`);
  return value;
}
