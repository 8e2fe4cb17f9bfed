import type { VolumeEvent } from '../../pa/server/host.ts';

/**
 * What a process tells the one that started it, over the channel that Node gives to a child: `fuga up` follows its
 * servers by it. Plain JSON, so errors are sentences here.
 */
export type ProcessReport =
  /** A PAM listens. */
  | { readonly kind: 'pam'; readonly url: string }
  /** A server listens; its volumes start by themselves. */
  | { readonly kind: 'server'; readonly adminUrl: string; readonly pairAddress: string }
  /** Something happened to a volume. */
  | { readonly kind: 'volume'; readonly alias: string; readonly event: ReportedEvent };

export type ReportedEvent =
  | Exclude<VolumeEvent, { kind: 'problem' | 'lost' }>
  | { readonly kind: 'lost'; readonly epoch: number; readonly reason: string }
  | { readonly kind: 'problem'; readonly message: string };

export type Report = (report: ProcessReport) => void;

const kinds: ReadonlySet<unknown> = new Set(['pam', 'server', 'volume']);

/** A child is our own program: it is only told from whatever else might use the channel. */
export function isProcessReport(message: unknown): message is ProcessReport {
  return (
    typeof message === 'object' && message !== null && 'kind' in message && kinds.has(message.kind)
  );
}

export function reportedEvent(event: VolumeEvent): ReportedEvent {
  switch (event.kind) {
    case 'problem':
      return { kind: 'problem', message: withCause(event.message, event.cause) };
    case 'lost': {
      const { loss } = event;
      const reason = loss.kind === 'failed' ? `failed: ${loss.cause.message}` : loss.kind;
      return { kind: 'lost', epoch: event.epoch, reason };
    }
    case 'backup':
    case 'accused':
    case 'takeover-part':
    case 'primary':
    case 'hung-process-ended':
    case 'claim-lost':
      return event;
  }
}

function withCause(message: string, cause: unknown): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
