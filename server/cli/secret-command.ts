import { existsSync } from 'node:fs';
import { nodeRandom } from '../../environment/adapters/node-random.ts';
import { createSecretFile, readSecretFile } from '../../pa/adapters/secret-file-adapter.ts';

export interface SecretCommandOptions {
  readonly keep: boolean;
}

/** `fuga secret FILE`: makes a cluster secret. With `keep`, one that exists already is checked and kept. */
export async function runSecret(file: string, { keep }: SecretCommandOptions): Promise<void> {
  if (keep && existsSync(file)) {
    await readSecretFile(file);
    console.log(`${file} is a cluster secret`);
    return;
  }
  await createSecretFile(file, nodeRandom);
  console.log(
    `Made a cluster secret: ${file}. Copy it to every machine of the cluster; keep it private.`,
  );
}
