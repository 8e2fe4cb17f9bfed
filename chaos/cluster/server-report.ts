/**
 * What a server or a PAM tells the process that started it, as far as it matters here: `server/process/process-report.ts`
 * has all of it. Anything else is skipped, so that a newer program may tell more.
 */
export type ServerReport =
  | { readonly kind: 'server'; readonly adminUrl: string }
  | { readonly kind: 'pam' }
  | { readonly kind: 'volume'; readonly event: VolumeReport };

export type VolumeReport =
  | { readonly kind: 'backup' | 'claim-lost' | 'lost' }
  | { readonly kind: 'accused'; readonly accusation: string }
  | { readonly kind: 'takeover-part'; readonly part: string; readonly elapsedMs: number }
  | { readonly kind: 'primary'; readonly epoch: number; readonly takeoverMs: number };

export function parseReport(message: unknown): ServerReport | undefined {
  const { kind, adminUrl, event } = fieldsOf(message);
  if (kind === 'pam') return { kind };
  if (kind === 'server' && typeof adminUrl === 'string') return { kind, adminUrl };
  const report = kind === 'volume' ? parseVolumeReport(event) : undefined;
  return report === undefined ? undefined : { kind: 'volume', event: report };
}

function parseVolumeReport(event: unknown): VolumeReport | undefined {
  const { kind, accusation, part, elapsedMs, epoch, takeoverMs } = fieldsOf(event);
  switch (kind) {
    case 'backup':
    case 'claim-lost':
    case 'lost':
      return { kind };
    case 'accused':
      return typeof accusation === 'string' ? { kind, accusation } : undefined;
    case 'takeover-part':
      return typeof part === 'string' && typeof elapsedMs === 'number'
        ? { kind, part, elapsedMs }
        : undefined;
    case 'primary':
      return typeof epoch === 'number' && typeof takeoverMs === 'number'
        ? { kind, epoch, takeoverMs }
        : undefined;
    default:
      return undefined;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
