import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

interface Content {
  readonly total: number;
  readonly life: number;
}

/** What the two plain servers keep on disk: a number, and how often they were started. */
export class CounterFile {
  readonly #path: string;
  readonly life: number;
  #total: number;

  constructor(path: string) {
    this.#path = path;
    const { total, life } = read(path);
    this.life = life + 1;
    this.#total = total;
    this.store(total);
  }

  get total(): number {
    return this.#total;
  }

  /** Durable when it returns; the file is the old one or the new one, whenever the process dies. */
  store(total: number): void {
    const content: Content = { total, life: this.life };
    const file = openSync(`${this.#path}.new`, 'w');
    writeSync(file, JSON.stringify(content));
    fsyncSync(file);
    closeSync(file);
    renameSync(`${this.#path}.new`, this.#path);
    this.#total = total;
  }
}

function read(path: string): Content {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Content;
  } catch {
    return { total: 0, life: 0 };
  }
}
