import { readdirSync, lstatSync, mkdirSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { NfsProgramV3 } from '../../protocol/generated/nfs3.ts';
import { type CallTemplate, callTemplate } from '../load/call-template.ts';
import { connectionsFor, type LoadSession, sampleOf } from '../load/load-session.ts';
import { callsUntil } from '../measure.ts';
import { outstandingAxis, type RowGroup } from './row.ts';

/** The pages of a listing, to be asked for again and again: cookies stay as long as the directory does. */
interface Listing {
  readonly pages: readonly CallTemplate[];
  readonly names: number;
}

const pageBytes = 65_536;
const makeOutstanding = 64;

/** READDIRPLUS of a directory of `names` files, page after page. */
export function listingRows(names: number): RowGroup {
  const row = `readdirplus-${names}`;
  return {
    name: row,
    title: `READDIRPLUS of ${names} names`,
    rows: [{ name: row, title: `READDIRPLUS of ${names}`, unit: 'names/s' }],
    axis: outstandingAxis,
    isLong: names > 10_000,
    async run(session, outstanding, durationMs) {
      const listing = await session.prepared(row, () => prepare(session, names));
      let page = 0;
      const next = (): CallTemplate | undefined => {
        page += 1;
        return listing.pages[page % listing.pages.length];
      };
      const connections = connectionsFor(outstanding);
      const measured = await session.measure({ connections, outstanding, durationMs, next });
      return { [row]: sampleOf(measured, listing.names / listing.pages.length) };
    },
    async limit({ folder }, _, durationMs) {
      const directory = join(folder, row);
      if (!existsSync(directory)) {
        mkdirSync(directory);
        for (let name = 0; name < names; name += 1) writeFileSync(join(directory, `f${name}`), '');
      }
      const startMs = performance.now();
      let seen = 0;
      while (performance.now() - startMs < durationMs) {
        for (const name of readdirSync(directory)) {
          lstatSync(join(directory, name));
          seen += 1;
        }
      }
      return { [row]: { value: seen / ((performance.now() - startMs) / 1_000) } };
    },
    limitTitle: 'readdir and an lstat of each name, one thread',
  };
}

async function prepare(session: LoadSession, names: number): Promise<Listing> {
  const { create } = await session.client();
  const directory = await session.directory();
  await callsUntil(names, makeOutstanding, async (index) => {
    await create(directory, `f${index}`);
  });
  return listingOf(session, directory);
}

async function listingOf(session: LoadSession, data: Buffer): Promise<Listing> {
  const { nfs } = await session.client();
  const { nfsproc3Readdirplus } = NfsProgramV3.procedures;
  const pages: CallTemplate[] = [];
  let names = 0;
  let cookie = 0n;
  let cookieverf: Buffer = Buffer.alloc(8);
  for (;;) {
    const from = { dir: { data }, cookie, cookieverf };
    const args = { ...from, dircount: pageBytes, maxcount: pageBytes };
    const result = await nfs.nfsproc3Readdirplus(args);
    if (result.status !== 0) throw new Error(`READDIRPLUS: status ${result.status}`);
    const { entries, eof } = result.resok.reply;
    // Each name is there in some form: what comes back shorter is not the page that was counted.
    pages.push(callTemplate(nfsproc3Readdirplus, args, entries.length * 24));
    names += entries.length;
    const last = entries.at(-1);
    if (eof || last === undefined) return { pages, names };
    cookie = last.cookie;
    cookieverf = Buffer.from(result.resok.cookieverf);
  }
}
