import type { LifeLog } from './life-log.ts';
import type { Link, ProgramReply, Sender } from './link.ts';

type NewLife = { readonly incarnation: number; readonly leaseMs: number };

/** A life was given, and cannot be used: nobody could name it later, and its orphans would be left alone. */
interface NotLogged {
  readonly kind: 'not-logged';
  readonly cause: unknown;
}

/** Asks for the next life, and ends the last one: `lastIncarnation` of this process, or what the log knows of earlier ones. */
export async function sayHello(
  link: Link,
  sender: Sender,
  lastIncarnation: number,
  lives: LifeLog | undefined,
): Promise<ProgramReply<NewLife> | NotLogged> {
  const { areaUi } = link.port;
  const previous = lastIncarnation > 0 ? lastIncarnation : (lives?.previous(areaUi) ?? 0);
  const reply = await link.hello(sender, previous);
  if (reply.kind !== 'result') return reply;
  try {
    await lives?.began(areaUi, reply.result.incarnation);
    return reply;
  } catch (cause) {
    return { kind: 'not-logged', cause };
  }
}
