import { bindFailure, CommandFailure } from '../failure.ts';
import { findFreePort, isFree } from './free-port.ts';

export const pamPortDefault = 7_460;

/** The port that is wanted, if it is free; without a wish the usual one, or else another, which `tell` hears of. */
export async function choosePamPort(
  host: string,
  wanted: number | undefined,
  tell: (text: string) => void,
): Promise<number> {
  try {
    if (wanted === undefined) {
      const port = await findFreePort(host, pamPortDefault);
      if (port !== pamPortDefault) {
        tell(`Port ${pamPortDefault} is in use: the PAM takes ${port} instead.`);
      }
      return port;
    }
    if (wanted === 0) return await findFreePort(host, 0);
    if (await isFree(host, wanted)) return wanted;
  } catch (error) {
    throw bindFailure(error, 'PAM', host, wanted ?? pamPortDefault, '--pam-port');
  }
  throw new CommandFailure(
    `PAM: port ${wanted} on ${host} is in use: choose another with --pam-port, or 0 for any free one`,
  );
}
