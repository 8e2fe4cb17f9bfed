import { strict as assert } from 'node:assert';
import { firstNotBelow } from '../sorted.ts';
import type { Key } from '../stable-area.ts';
import type { Table, TableRange, TableRecord } from './record-store.ts';

/** What a record costs in memory beside its key and its bytes: two objects, their slots, the decoded value. */
const recordOverheadBytes = 150;
const pageOverheadBytes = 300;

/** Pages that stay whatever the limit is: a call whose range needs several must find the first when it has the last. */
const keptPages = 8;

/** A part of a list that is in memory as a whole: every record with a key from `from` (inclusive) to `to` (exclusive). */
interface Page {
  readonly list: List;
  from: Key;
  to: Key;
  /** In the order of their keys. */
  records: TableRecord<unknown>[];
  sizeBytes: number;
}

interface List {
  readonly table: Table<unknown>;
  readonly key: Key;
  /** Disjoint, in the order of their keys. */
  readonly pages: Page[];
  readonly loads: Set<ListLoad>;
  /** The newest batch that changed the list; 0 for none since its pages were loaded. */
  batch: number;
}

/** What must be loaded for a range: the beginning of a part that is not in memory, and where that part ends at most. */
export interface ListGap {
  readonly table: Table<unknown>;
  readonly from: Key;
  readonly to: Key;
}

/** A load under way, with what was executed since it began: that is newer than what it will find. */
export interface ListLoad extends ListGap {
  readonly list: List;
  readonly changed: Map<Key, { readonly value: unknown; readonly valueBytes: number }>;
}

/** What is there of a range. */
export type FoundRange =
  | { readonly records: readonly TableRecord<unknown>[]; readonly batch: number }
  | { readonly gap: ListGap };

/**
 * Lists in memory: tables that are read by ranges within one list each (the entries of a directory), kept in pages that
 * hold all records between two keys, and are written through. Evicted from the one used longest ago once they take
 * more than `bytesMax`; a page may go at any time, since a load waits until everything executed before it is durable.
 */
export class ListCache {
  /** Records that one load brings; a page that has grown to more than twice as many is cut in two. */
  readonly loadedRecordsMax: number;
  readonly #bytesMax: number;
  /** One or two, compared one by one. */
  readonly #tables: { readonly table: Table<unknown>; readonly lists: Map<Key, List> }[] = [];
  /** In the order of their last use. */
  readonly #recent = new Set<Page>();
  #bytes = 0;

  constructor(bytesMax: number, loadedRecordsMax = 1_024) {
    this.#bytesMax = bytesMax;
    this.loadedRecordsMax = loadedRecordsMax;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** The records of a range, as they are after everything executed so far, or what has to be loaded first. */
  find(table: Table<unknown>, { from, to, limit }: TableRange): FoundRange {
    const list = this.#listsOf(table).get(listKeyOf(table, from));
    let at = from;
    let records: TableRecord<unknown>[] = [];
    while (at < to && records.length < limit) {
      const page = list && pageAt(list, at);
      if (page === undefined) return { gap: { table, from: at, to: endOfGap(list, at, to) } };
      this.#recent.delete(page);
      this.#recent.add(page);
      const first = firstAtOrAfter(page.records, at);
      const end = to < page.to ? firstAtOrAfter(page.records, to) : page.records.length;
      const part = page.records.slice(first, Math.min(end, first + limit - records.length));
      records = records.length === 0 ? part : records.concat(part);
      at = page.to;
    }
    return { records, batch: list?.batch ?? 0 };
  }

  /** A load that begins now; every change from now on is noted for it. */
  begin(gap: ListGap): ListLoad {
    const lists = this.#listsOf(gap.table);
    const key = listKeyOf(gap.table, gap.from);
    let list = lists.get(key);
    if (list === undefined) {
      list = { table: gap.table, key, pages: [], loads: new Set(), batch: 0 };
      lists.set(key, list);
    }
    const load: ListLoad = { ...gap, list, changed: new Map() };
    list.loads.add(load);
    return load;
  }

  abandon(load: ListLoad): void {
    load.list.loads.delete(load);
    this.#dropIfUnused(load.list);
  }

  /**
   * Takes over what a load has found: the records of its gap, up to the last of them where `isWhole` is false. `bytes`
   * is what their values have.
   */
  install(load: ListLoad, records: TableRecord<unknown>[], bytes: number, isWhole: boolean): void {
    const { list, from, changed } = load;
    list.loads.delete(load);
    const last = records.at(-1);
    const to = isWhole || last === undefined ? load.to : `${last.key}\x00`;
    // Another load may have brought the same, or a part of it.
    if (list.pages.some((page) => page.from < to && from < page.to)) return;
    let sizeBytes = pageOverheadBytes + bytes;
    for (const { key } of records) sizeBytes += key.length + recordOverheadBytes;
    const page: Page = { list, from, to, records, sizeBytes };
    list.pages.splice(indexOfPage(list, from) + 1, 0, page);
    this.#recent.add(page);
    this.#bytes += sizeBytes;
    for (const [key, { value, valueBytes }] of changed) {
      // Not always the page that was made: one that grows is cut in two.
      const changedPage = key >= from && key < to ? pageAt(list, key) : undefined;
      if (changedPage !== undefined) this.#changePage(changedPage, key, value, valueBytes);
    }
    this.#evict();
  }

  /** A change was executed; `value` undefined: the record is gone. */
  change(table: Table<unknown>, key: Key, value: unknown, valueBytes: number, batch: number): void {
    const list = this.#listsOf(table).get(listKeyOf(table, key));
    if (list === undefined) return;
    list.batch = batch;
    for (const load of list.loads) load.changed.set(key, { value, valueBytes });
    const page = pageAt(list, key);
    if (page === undefined) return;
    this.#changePage(page, key, value, valueBytes);
    this.#evict();
  }

  #changePage(page: Page, key: Key, value: unknown, valueBytes: number): void {
    const { records } = page;
    const index = firstAtOrAfter(records, key);
    const isThere = records[index]?.key === key;
    // A replaced value is taken to be as long as the new one: a size is what eviction goes by, no more.
    const recordBytes = key.length + recordOverheadBytes + valueBytes;
    if (value === undefined) {
      if (!isThere) return;
      records.splice(index, 1);
      this.#resize(page, -Math.min(recordBytes, page.sizeBytes - pageOverheadBytes));
    } else if (isThere) {
      records[index] = { key, value };
    } else {
      records.splice(index, 0, { key, value });
      this.#resize(page, recordBytes);
      if (records.length > 2 * this.loadedRecordsMax) this.#cut(page);
    }
  }

  #cut(page: Page): void {
    const { list, records } = page;
    const middle = records[this.loadedRecordsMax];
    assert(middle !== undefined, 'a page that is cut has two halves');
    const sizeBytes = Math.floor(page.sizeBytes / 2);
    const upper: Page = {
      list,
      from: middle.key,
      to: page.to,
      records: records.slice(this.loadedRecordsMax),
      sizeBytes,
    };
    page.records = records.slice(0, this.loadedRecordsMax);
    page.to = middle.key;
    page.sizeBytes -= sizeBytes;
    list.pages.splice(list.pages.indexOf(page) + 1, 0, upper);
    this.#recent.add(upper);
  }

  #resize(page: Page, byBytes: number): void {
    page.sizeBytes += byBytes;
    this.#bytes += byBytes;
  }

  #evict(): void {
    for (const page of this.#recent) {
      if (this.#bytes <= this.#bytesMax || this.#recent.size <= keptPages) return;
      const { list } = page;
      this.#recent.delete(page);
      this.#bytes -= page.sizeBytes;
      list.pages.splice(list.pages.indexOf(page), 1);
      this.#dropIfUnused(list);
    }
  }

  #dropIfUnused(list: List): void {
    if (list.pages.length === 0 && list.loads.size === 0) {
      this.#listsOf(list.table).delete(list.key);
    }
  }

  #listsOf(table: Table<unknown>): Map<Key, List> {
    for (const known of this.#tables) if (known.table === table) return known.lists;
    const lists = new Map<Key, List>();
    this.#tables.push({ table, lists });
    return lists;
  }
}

function listKeyOf(table: Table<unknown>, key: Key): Key {
  assert(table.listKeyBytes !== undefined && key.length >= table.listKeyBytes);
  return key.slice(0, table.listKeyBytes);
}

/** The last page that begins at or before the key; -1 for none. */
function indexOfPage({ pages }: List, key: Key): number {
  return firstNotBelow(pages, ({ from }) => from <= key) - 1;
}

function pageAt(list: List, key: Key): Page | undefined {
  const page = list.pages[indexOfPage(list, key)];
  return page !== undefined && key < page.to ? page : undefined;
}

/** A gap ends where the next page begins. */
function endOfGap(list: List | undefined, from: Key, to: Key): Key {
  const next = list?.pages[indexOfPage(list, from) + 1];
  return next !== undefined && next.from < to ? next.from : to;
}

function firstAtOrAfter(records: readonly TableRecord<unknown>[], key: Key): number {
  return firstNotBelow(records, (record) => record.key < key);
}
