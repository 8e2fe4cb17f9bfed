import { parseError } from '../../pa/directory/pam-messages.ts';
import { type AdminServersOptions, askServers } from './admin-servers.ts';
import { CommandFailure } from './failure.ts';

export interface SwitchoverCommandOptions extends AdminServersOptions {
  /** Node of the backup that is to serve; undefined: any. */
  readonly to?: string;
}

/** A backup that was started just now gets ready first. */
const patienceMs = 12_000;

/** `fuga switchover ALIAS` */
export async function runSwitchover(
  alias: string,
  options: SwitchoverCommandOptions,
): Promise<void> {
  console.log(await handOver(alias, options));
}

/** Asks the servers until one is the primary, which hands the volume over. Resolves with a sentence about it. */
export async function handOver(alias: string, options: SwitchoverCommandOptions): Promise<string> {
  const { to } = options;
  const refusals: string[] = [];
  const done: string[] = [];
  const json = { alias, ...(to === undefined ? {} : { to }) };
  const request = { method: 'POST', path: '/switchover', json, patienceMs } as const;
  await askServers(options, request, (url, answer) => {
    if (answer instanceof Error) {
      refusals.push(`${url} does not answer: ${answer.message}`);
      return true;
    }
    if (answer.status === 200) {
      const { to: node, elapsedMs } = answer.json as { to: string; elapsedMs: number };
      done.push(`${alias} was handed to ${node} after ${Math.round(elapsedMs)} ms`);
      return false;
    }
    const { code, message } = parseError(answer.json);
    refusals.push(`${url}: ${message}`);
    return code === 'not-primary' || code === 'unknown-alias';
  });
  if (done.length === 0) throw new CommandFailure(refusals.join('\n'));
  return done.join('\n');
}
