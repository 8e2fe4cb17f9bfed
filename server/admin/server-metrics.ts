import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { VolumeEvent, VolumeStatus } from '../../pa/server/host.ts';

const takeoverBucketsSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What one server process tells a monitoring system about its volumes. */
export class ServerMetrics {
  /** Of its own: several servers may live in one process. */
  readonly registry = new Registry();
  readonly #takeovers: Counter<'alias' | 'accusation'>;
  readonly #takeoverSeconds: Histogram<'alias' | 'part'>;
  readonly #losses: Counter<'alias' | 'loss'>;
  readonly #problems: Counter<'alias'>;
  /** Statistics are named by who keeps them; each gets its gauge when it is first seen. */
  readonly #statistics = new Map<string, Gauge<'alias'>>();

  constructor(volumes: () => readonly VolumeStatus[]) {
    const registers = [this.registry];
    this.#takeovers = new Counter({
      name: 'fuga_takeovers_begun_total',
      help: 'Takeovers that this process began, by why',
      labelNames: ['alias', 'accusation'],
      registers,
    });
    this.#takeoverSeconds = new Histogram({
      name: 'fuga_takeover_seconds',
      help: 'Duration of the takeovers of this process: each part, and all of it',
      labelNames: ['alias', 'part'],
      buckets: takeoverBucketsSeconds,
      registers,
    });
    this.#losses = new Counter({
      name: 'fuga_losses_total',
      help: 'Times that this process gave a volume up, by why',
      labelNames: ['alias', 'loss'],
      registers,
    });
    this.#problems = new Counter({
      name: 'fuga_problems_total',
      help: 'Problems reported; see the log',
      labelNames: ['alias'],
      registers,
    });
    this.#addGauges(volumes);
  }

  observe(alias: string, event: VolumeEvent): void {
    switch (event.kind) {
      case 'accused':
        this.#takeovers.inc({ alias, accusation: event.accusation });
        return;
      case 'takeover-part':
        this.#takeoverSeconds.observe({ alias, part: event.part }, event.elapsedMs / 1_000);
        return;
      case 'primary':
        this.#takeoverSeconds.observe({ alias, part: 'all' }, event.takeoverMs / 1_000);
        return;
      case 'lost':
        this.#losses.inc({ alias, loss: event.loss.kind });
        return;
      case 'problem':
        this.#problems.inc({ alias });
        return;
      case 'backup':
      case 'hung-process-ended':
      case 'claim-lost':
        return;
    }
  }

  /** The volumes are looked at when somebody asks, once for all gauges. */
  #addGauges(volumes: () => readonly VolumeStatus[]): void {
    const registers = [this.registry];
    const gauge = <Label extends string>(
      name: string,
      help: string,
      labelNames: Label[],
    ): Gauge<Label> => new Gauge({ name, help, labelNames, registers });
    const role = gauge('fuga_volume_role', '1 for the role that the process has', [
      'alias',
      'role',
    ]);
    const epoch = gauge('fuga_volume_epoch', 'Highest epoch known', ['alias']);
    const statisticGauge = (name: string): Gauge<'alias'> => {
      const known = this.#statistics.get(name);
      if (known !== undefined) return known;
      const made = gauge(`fuga_volume_${snakeCase(name)}`, `Statistic "${name}"`, ['alias']);
      this.#statistics.set(name, made);
      return made;
    };
    const look = (): void => {
      role.reset();
      for (const made of this.#statistics.values()) made.reset();
      for (const volume of volumes()) {
        const { alias } = volume;
        role.set({ alias, role: volume.role }, 1);
        epoch.set({ alias }, volume.epoch);
        clients.set({ alias }, volume.clients);
        for (const [name, value] of Object.entries(volume.statistics)) {
          statisticGauge(name).set({ alias }, value);
        }
      }
    };
    const clients = gauge('fuga_volume_clients', 'Clients with a session', ['alias']);
    this.#look = look;
  }

  #look: () => void = () => undefined;

  /** The Prometheus text format. */
  async text(): Promise<string> {
    this.#look();
    return this.registry.metrics();
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/\W/g, '_');
}
