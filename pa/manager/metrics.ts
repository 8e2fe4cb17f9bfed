import { Counter, Gauge, Registry } from 'prom-client';

export interface PamMetrics {
  readonly registry: Registry;
  /** By what came of them: registered, stale-epoch, other-area ... */
  readonly registrations: Counter<'outcome'>;
  /** Signed requests refused, by reason: unsigned, forged, stale, replayed, busy. */
  readonly refused: Counter<'reason'>;
}

/** In a registry of its own: several PAMs may live in one process. */
export function createPamMetrics(look: {
  readonly aliases: () => number;
  readonly subscribers: () => number;
  readonly dropped: () => number;
}): PamMetrics {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  };
  gauge('fuga_pam_aliases', 'Aliases known', look.aliases);
  gauge('fuga_pam_subscribers', 'Open event streams', look.subscribers);
  gauge(
    'fuga_pam_subscribers_dropped',
    'Event streams dropped since the start: too slow',
    look.dropped,
  );
  const counter = <Label extends string>(
    name: string,
    help: string,
    label: Label,
  ): Counter<Label> => new Counter({ name, help, labelNames: [label], registers: [registry] });
  return {
    registry,
    registrations: counter('fuga_pam_registrations_total', 'Registrations, by outcome', 'outcome'),
    refused: counter('fuga_pam_refused_total', 'Changes refused for their signature', 'reason'),
  };
}
