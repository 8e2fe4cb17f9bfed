import { chmod, open, readFile, stat } from 'node:fs/promises';
import { PaError } from '../error.ts';
import { type ClusterSecret, formatSecret, parseSecret, secretBytes } from '../secret.ts';
import type { Random } from '../../environment/random.ts';

const ownerOnlyMode = 0o600;
const groupAndOthersMask = 0o077;
/** Nobody's secret is longer; keeps a wrong path (a disk image) from being read as a whole. */
const fileBytesMax = 4096;

/** Reads the cluster secret. Rejects with a PaError `PA_SECRET` that says what is wrong and what to do. */
export async function readSecretFile(path: string): Promise<ClusterSecret> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new PaError('PA_SECRET', `cannot read the cluster secret ${path}`, { cause });
  });
  if (!found.isFile()) {
    throw new PaError('PA_SECRET', `the cluster secret ${path} is not a regular file`);
  }
  if ((found.mode & groupAndOthersMask) !== 0) {
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
    throw new PaError(
      'PA_SECRET',
      `the cluster secret ${path} can be used by others (mode ${mode}): run chmod 600 ${path}, ` +
        'and make a new secret if somebody may have read it',
    );
  }
  if (found.size > fileBytesMax) {
    throw new PaError('PA_SECRET', `${path} is no cluster secret: it has ${found.size} bytes`);
  }
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new PaError('PA_SECRET', `cannot read the cluster secret ${path}`, { cause });
  });
  const parsed = parseSecret(text);
  if (!parsed.ok) throw new PaError('PA_SECRET', `${path} is no cluster secret: ${parsed.reason}`);
  return parsed.secret;
}

/** Makes a new secret in a file that only its owner can use. Rejects with `PA_SECRET` where the file exists. */
export async function createSecretFile(path: string, random: Random): Promise<void> {
  try {
    const file = await open(path, 'wx', ownerOnlyMode);
    try {
      // Whatever the process's umask says.
      await chmod(path, ownerOnlyMode);
      await file.writeFile(formatSecret(random.bytes(secretBytes)));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new PaError('PA_SECRET', `cannot make the cluster secret ${path}`, { cause });
  }
}
