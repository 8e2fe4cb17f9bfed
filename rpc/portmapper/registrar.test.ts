import { expect, test } from 'vitest';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import type { ProgramAddress } from './call-null.ts';
import { tableOfRegistry } from './program-table.ts';
import { Registrar } from './registrar.ts';
import { Registry } from './registry.ts';

const programs = [
  { program: 100003, version: 2 },
  { program: 100003, version: 3 },
  { program: 100005, version: 3 },
];
const bound = { host: '0.0.0.0', port: 2049 };

/** A portmapper whose table is looked at directly, a machine on which some ports answer, and processes that register. */
class Machine {
  readonly time = manualClock();
  readonly reports: string[] = [];
  registry: Registry | undefined = new Registry();
  readonly answering = new Set<number>();

  registrar(served = programs): Registrar {
    return new Registrar(served, {
      timers: this.time.timers,
      openTable: async () => this.registry && tableOfRegistry(this.registry, 'fuga'),
      isAnswered: async ({ at }: ProgramAddress) => this.answering.has(at.port),
      report: (outcome, message) => this.reports.push(`${outcome}: ${message}`),
    });
  }

  /** program.version netid port */
  get rows(): string[] {
    return (this.registry?.registrations ?? []).map(
      ({ program, version, netid, address }) => `${program}.${version} ${netid} ${address.port}`,
    );
  }

  /** What another process has registered. */
  set(program: number, port: number, version = 3): void {
    const address = { host: '0.0.0.0', port };
    this.registry?.set({ program, version, netid: 'tcp', address, owner: 'somebody' });
  }
}

const all = (port: number): string[] =>
  programs.flatMap(({ program, version }) =>
    ['tcp', 'udp'].map((netid) => `${program}.${version} ${netid} ${port}`),
  );

test('registers all versions over both transports, and takes them back', async () => {
  const machine = new Machine();
  const registrar = machine.registrar();
  registrar.announce(bound);
  await machine.time.advance(0);
  expect(machine.rows).toEqual(all(2049));
  expect(machine.reports).toEqual([
    'registered: registered with the portmapper: nfs, mountd, port 2049',
  ]);
  await registrar.withdraw();
  expect(machine.rows).toEqual([]);
});

test('where no portmapper runs nothing is said, and it is looked for again', async () => {
  const machine = new Machine();
  const { registry } = machine;
  machine.registry = undefined;
  machine.registrar().announce(bound);
  await machine.time.advance(60_000);
  expect(machine.reports).toEqual([]);
  machine.registry = registry;
  await machine.time.advance(30_000);
  expect(machine.rows).toEqual(all(2049));
});

test('a portmapper that was restarted is told again, and the log is not', async () => {
  const machine = new Machine();
  const registrar = machine.registrar();
  registrar.announce(bound);
  await machine.time.advance(0);
  machine.registry = new Registry();
  await machine.time.advance(30_000);
  expect(machine.rows).toEqual(all(2049));
  expect(machine.reports).toHaveLength(1);
  await registrar.withdraw();
  await machine.time.advance(60_000);
  expect(machine.rows).toEqual([]);
});

test('what a dead process has left is replaced', async () => {
  const machine = new Machine();
  machine.set(100003, 700);
  machine.registrar().announce(bound);
  await machine.time.advance(0);
  expect(machine.rows.sort()).toEqual(all(2049).sort());
});

test('a program that somebody else serves is left to him, and is taken over when he is gone', async () => {
  const machine = new Machine();
  machine.set(100003, 700, 4);
  machine.answering.add(700);
  machine.registrar().announce(bound);
  await machine.time.advance(0);
  expect(machine.rows).toEqual(['100003.4 tcp 700', ...all(2049).slice(4)]);
  expect(machine.reports).toEqual([
    'problem: nfs is served by another process, on port 700: clients have to be told our port',
  ]);
  machine.answering.clear();
  await machine.time.advance(30_000);
  expect(machine.rows).toEqual(expect.arrayContaining(all(2049)));
});

test('withdrawing leaves what a successor has registered: at another port, or at the same', async () => {
  const machine = new Machine();
  const old = machine.registrar();
  old.announce(bound);
  await machine.time.advance(0);
  machine.registrar().announce({ ...bound, port: 2050 });
  await machine.time.advance(0);
  await old.withdraw();
  expect(machine.rows.sort()).toEqual(all(2050).sort());
  const second = machine.registrar();
  second.announce({ ...bound, port: 2050 });
  await machine.time.advance(0);
  machine.answering.add(2050);
  await second.withdraw();
  expect(machine.rows.sort()).toEqual(all(2050).sort());
});

test('a portmapper that refuses, or fails, is told of once', async () => {
  const machine = new Machine();
  machine.set(100003, 700);
  const { registry } = machine;
  const refusing = new Registrar(programs, {
    timers: machine.time.timers,
    openTable: async () => ({ ...tableOfRegistry(registry!, ''), set: async () => false }),
    isAnswered: async () => false,
    report: (outcome, message) => machine.reports.push(`${outcome}: ${message}`),
  });
  refusing.announce(bound);
  await machine.time.advance(60_000);
  expect(machine.reports).toEqual([
    'problem: the portmapper does not register nfs; the portmapper does not register mountd',
  ]);
  const failing = new Registrar(programs, {
    timers: machine.time.timers,
    openTable: () => Promise.reject(new Error('no answer')),
    isAnswered: async () => false,
    report: (outcome, message) => machine.reports.push(`${outcome}: ${message}`),
  });
  failing.announce(bound);
  await machine.time.advance(60_000);
  expect(machine.reports.slice(1)).toEqual(['problem: no answer']);
});
