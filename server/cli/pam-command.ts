import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { readSecretFile } from '../../pa/adapters/secret-file-adapter.ts';
import { startPam } from '../../pa/manager/start-pam.ts';
import { bindFailure } from './failure.ts';
import { reportToParent, tieLifetime } from './lifetime.ts';
import type { LogLevel } from './option-parsers.ts';
import { openProcessLog } from './process-log.ts';

export interface PamCommandOptions {
  readonly host: string;
  readonly port: number;
  readonly secretFile?: string;
  readonly logLevel: LogLevel;
}

/** `fuga pam`: runs a PAM until a signal ends it. */
export async function runPam(options: PamCommandOptions): Promise<void> {
  const { host, port, secretFile, logLevel } = options;
  const log = openProcessLog(logLevel, 'pam');
  const lifetime = tieLifetime(log);
  const secret = secretFile === undefined ? undefined : await readSecretFile(secretFile);
  const pam = await startPam({
    environment: nodeEnvironment(),
    host,
    port,
    logger: log,
    ...(secret === undefined ? {} : { secret }),
  }).catch((error: unknown) => {
    throw bindFailure(error, 'PAM', host, port, '--port');
  });
  lifetime.onEnd(() => pam.close());
  log.info({ url: pam.url }, `PAM listens on ${pam.url}`);
  reportToParent({ kind: 'pam', url: pam.url });
}
