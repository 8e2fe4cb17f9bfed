import { join } from 'node:path';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import type { Folder } from '../../environment/folder.ts';
import type { LifeLog } from '../client/life-log.ts';
import { PaError } from '../error.ts';
import { uiBytes } from '../header.ts';
import { takeProcessLock } from './process-lock-adapter.ts';

/** What makes a client the same one after its process has died; to be given to `createPaClient` or `connectAlias`. */
export interface ClientState {
  readonly ui: Buffer;
  readonly lives: LifeLog;
  /** For another process. Call it when the client is closed. */
  release(): void;
}

interface Content {
  readonly ui: string;
  /** Incarnations by area UI. */
  readonly lives: Readonly<Record<string, number>>;
}

const lockName = 'client.lock';
const fileName = 'client.json';
const hexadecimal = /^[0-9a-f]+$/;

/**
 * Opens a folder that one client keeps for ever. Rejects with a PaError `PA_STATE` where another process has it, or what is
 * in it is damaged, and with the system's error where it cannot be used.
 */
export async function openClientState(path: string): Promise<ClientState> {
  const { folder, random } = nodeEnvironment();
  await folder.makeFolder(path);
  const outcome = takeProcessLock(join(path, lockName));
  if (outcome.kind !== 'locked') {
    throw new PaError('PA_STATE', `${path} is in use by another client (pid ${outcome.pid})`);
  }
  try {
    const ui = random.bytes(uiBytes).toString('hex');
    const content = (await read(path, folder)) ?? { ui, lives: {} };
    await write(path, folder, content);
    return {
      ui: Buffer.from(content.ui, 'hex'),
      lives: new FileLifeLog(path, folder, content),
      release: () => {
        outcome.lock.release();
      },
    };
  } catch (error) {
    outcome.lock.release();
    throw error;
  }
}

class FileLifeLog implements LifeLog {
  readonly #path: string;
  readonly #folder: Folder;
  #content: Content;
  /** One write at a time: they have one name for what is not yet complete. */
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, folder: Folder, content: Content) {
    this.#path = path;
    this.#folder = folder;
    this.#content = content;
  }

  previous(areaUi: string): number {
    return this.#content.lives[areaUi] ?? 0;
  }

  began(areaUi: string, incarnation: number): Promise<void> {
    const { ui, lives } = this.#content;
    this.#content = { ui, lives: { ...lives, [areaUi]: incarnation } };
    const writing = this.#writing.then(() => write(this.#path, this.#folder, this.#content));
    this.#writing = writing.catch(() => undefined);
    return writing;
  }
}

/** Undefined where there is none yet. */
async function read(path: string, folder: Folder): Promise<Content | undefined> {
  const file = join(path, fileName);
  if ((await folder.status(file)) === undefined) return undefined;
  const content = parse((await folder.readFile(file)).toString('utf8'));
  if (content !== undefined) return content;
  throw new PaError(
    'PA_STATE',
    `${file} is damaged. Removing it makes a new client; what the old one left behind is ended with its lease`,
  );
}

function parse(text: string): Content | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null || !('ui' in json) || !('lives' in json)) {
    return undefined;
  }
  const { ui, lives } = json;
  if (typeof ui !== 'string' || !hexadecimal.test(ui) || ui.length !== uiBytes * 2) {
    return undefined;
  }
  if (typeof lives !== 'object' || lives === null) return undefined;
  const entries = Object.entries(lives).filter((entry): entry is [string, number] =>
    Number.isSafeInteger(entry[1]),
  );
  return { ui, lives: Object.fromEntries(entries) };
}

/** The name appears with its whole content: the old one or the new one, whenever the process dies. */
async function write(path: string, folder: Folder, content: Content): Promise<void> {
  const made = join(path, `${fileName}.new`);
  await folder.unlink(made);
  await folder.writeFileSynced(made, Buffer.from(`${JSON.stringify(content)}\n`));
  await folder.rename(made, join(path, fileName));
  await folder.syncFolder(path);
}
