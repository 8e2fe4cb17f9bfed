import { startFuga, startFugaGateway } from './fuga-target.ts';
import { startGanesha, whyNoGanesha } from './ganesha-target.ts';
import type { Target } from './target.ts';

/** A pair, and those of the peers that can be started here; `say` is told which cannot, and why. */
export async function startTargets(
  peers: readonly string[],
  folder: string,
  say: (text: string) => void,
): Promise<readonly Target[]> {
  const started: Target[] = [];
  try {
    const fuga = await startFuga(folder);
    started.push(fuga);
    if (peers.includes('ganesha')) {
      const why = whyNoGanesha();
      if (why === undefined) started.push(await startGanesha(folder));
      else say(`NFS-Ganesha is left out: ${why}`);
    }
    if (peers.includes('gateway')) started.push(await startFugaGateway(fuga.cluster));
    return started;
  } catch (error) {
    for (const target of started.toReversed()) await target.close();
    throw error;
  }
}
