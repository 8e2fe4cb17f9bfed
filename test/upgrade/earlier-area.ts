import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Caller } from './numbered-caller.ts';

/** A stable area as an earlier program left it when it was killed, and what it had answered; bytes in base64. */
export interface EarlierArea {
  /** By their paths in the area. */
  readonly files: Readonly<Record<string, string>>;
  readonly areaUi: string;
  /** What a PA client was answered. */
  readonly own: readonly string[];
  /** What a stock client behind a gateway was answered. */
  readonly relayed: readonly string[];
}

export const version2Path = join(import.meta.dirname, 'version-2-area.json');

/** Made again by whoever uses the area, or of no use to it. */
const leftOut = /(^|\/)(reserve|LOCK|LOG|LOG\.old)$/;

export function readEarlierArea(path: string): EarlierArea {
  return JSON.parse(readFileSync(path, 'utf8')) as EarlierArea;
}

export function restoreFiles({ files }: EarlierArea, area: string): void {
  for (const [path, bytes] of Object.entries(files)) {
    const to = join(area, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, Buffer.from(bytes, 'base64'));
  }
}

export function filesOf(area: string): Record<string, string> {
  const entries = readdirSync(area, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(area.length + 1))
    .filter((path) => !leftOut.test(path))
    .sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(area, path), 'base64')]));
}

export function ownClient(areaUi: Buffer): Caller {
  return { areaUi, clientUi: Buffer.alloc(16, 0xc1), incarnation: 1 };
}

/** `incarnation`: of this life of the gateway. */
export function gateway(areaUi: Buffer, incarnation: number): Caller {
  const gatewayUi = Buffer.alloc(16, 0x6a);
  const origin = { gatewayUi, address: '192.0.2.7', port: 700, transport: 'tcp' } as const;
  return { areaUi, clientUi: gatewayUi, incarnation, origin };
}
