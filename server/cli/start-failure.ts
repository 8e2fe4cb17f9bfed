import type { VolumeEvent } from '../../pa/server/host.ts';
import { StableAreaError } from '../../stable-area/stable-area.ts';
import { systemCodeOf } from '../../environment/system-code.ts';
import { bindFailure } from './failure.ts';

const hopelessAreaCodes = new Set([
  'STABLE_AREA_FORMAT',
  'STABLE_AREA_CORRUPT',
  'STABLE_AREA_UNUSABLE',
]);
const bindCodes = new Set(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL']);

/**
 * Tells the failures that mean "it cannot work like this" from those that pass. A volume tries again by itself, for ever;
 * a process that has never served anything says what is wrong and ends instead.
 */
export class StartFailureWatch {
  readonly #host: string;
  readonly #port: number;
  readonly #mountPort: number | undefined;
  #served = false;

  constructor(host: string, port: number, mountPort: number | undefined) {
    this.#host = host;
    this.#port = port;
    this.#mountPort = mountPort;
  }

  /** The failure to end with, if the event is one. */
  look(event: VolumeEvent): Error | undefined {
    if (event.kind === 'primary') this.#served = true;
    if (event.kind !== 'problem' || this.#served) return undefined;
    const { cause } = event;
    if (cause instanceof StableAreaError)
      return hopelessAreaCodes.has(cause.code) ? cause : undefined;
    if (!bindCodes.has(systemCodeOf(cause) ?? '')) return undefined;
    const isMount = this.#mountPort !== this.#port && portOf(cause) === this.#mountPort;
    return isMount
      ? bindFailure(cause, 'MOUNT', this.#host, portOf(cause) ?? 0, '--mount-port')
      : bindFailure(cause, 'service', this.#host, this.#port, '--port');
  }
}

/** The port that could not be bound, where the system says it. */
function portOf(cause: unknown): number | undefined {
  return cause instanceof Error && 'port' in cause && typeof cause.port === 'number'
    ? cause.port
    : undefined;
}
