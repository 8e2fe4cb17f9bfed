import type { ConnectorOptions } from './connector.ts';
import type { PaClientEvents } from './events.ts';
import type { LastingIdentity } from './lasting.ts';
import type { LifeLog } from './life-log.ts';

export interface AliasSessionOptions extends Omit<ConnectorOptions, 'areaUi'> {
  readonly clientUi: Buffer;
  readonly events: PaClientEvents;
  /** Calls are given up when nothing was answered for so long. Undefined: never. */
  readonly giveUpAfterMs: number | undefined;
  /** Present where the client outlives this process: then every call comes with its number. */
  readonly identity?: LastingIdentity;
  readonly lives?: LifeLog | undefined;
}
