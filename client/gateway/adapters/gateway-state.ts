import { join } from 'node:path';
import type { Folder } from '../../../environment/folder.ts';
import type { Random } from '../../../environment/random.ts';
import { type ProcessLock, takeProcessLock } from '../../../pa/adapters/process-lock-adapter.ts';
import { uiBytes } from '../../../pa/header.ts';

/** What a gateway keeps beyond its life, and the right to be the only one that has it. */
export interface GatewayState {
  /** 16 bytes. */
  readonly gatewayUi: Buffer;
  /** For another process. */
  release(): void;
}

/** The state folder cannot be used; the message says what to do. */
export class GatewayStateError extends Error {
  override readonly name = 'GatewayStateError';
  readonly code = 'GATEWAY_STATE';
}

const lockName = 'gateway.lock';
const uiName = 'gateway.ui';
const newUiName = 'gateway.ui.new';

/**
 * Opens a state folder for this process alone. Servers know the clients behind a gateway by its UI: two processes with
 * one UI could be taken for each other, and their clients with them. Rejects with a GatewayStateError.
 */
export async function openGatewayState(
  path: string,
  { folder, random }: { readonly folder: Folder; readonly random: Random },
): Promise<GatewayState> {
  const lock = await takeLock(path, folder);
  try {
    const gatewayUi = (await readUi(path, folder)) ?? (await createUi(path, folder, random));
    return {
      gatewayUi,
      release: () => {
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error instanceof GatewayStateError ? error : unusable(path, error);
  }
}

async function takeLock(path: string, folder: Folder): Promise<ProcessLock> {
  try {
    await folder.makeFolder(path);
    const outcome = takeProcessLock(join(path, lockName));
    if (outcome.kind === 'locked') return outcome.lock;
    throw new GatewayStateError(
      `${path} is in use by another gateway (pid ${outcome.pid}): end that one, or choose another folder with --state`,
    );
  } catch (error) {
    throw error instanceof GatewayStateError ? error : unusable(path, error);
  }
}

/** Undefined where there is none yet. */
async function readUi(path: string, folder: Folder): Promise<Buffer | undefined> {
  const file = join(path, uiName);
  if ((await folder.status(file)) === undefined) return undefined;
  const text = (await folder.readFile(file)).toString('latin1').trim();
  if (/^[0-9a-f]+$/.test(text) && text.length === uiBytes * 2) return Buffer.from(text, 'hex');
  throw new GatewayStateError(
    `${file} is damaged: it should be ${uiBytes * 2} hexadecimal digits. Removing it makes a new gateway, which does not recognise what its clients send again`,
  );
}

/** The name appears with its whole content, and is durable before the UI is used for the first time. */
async function createUi(path: string, folder: Folder, random: Random): Promise<Buffer> {
  const ui = random.bytes(uiBytes);
  const made = join(path, newUiName);
  // What an earlier attempt left behind; nobody else is here.
  await folder.unlink(made);
  await folder.writeFileSynced(made, Buffer.from(`${ui.toString('hex')}\n`));
  await folder.rename(made, join(path, uiName));
  await folder.syncFolder(path);
  return ui;
}

function unusable(path: string, cause: unknown): GatewayStateError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new GatewayStateError(`${path} cannot be used as a state folder: ${why}`, { cause });
}
