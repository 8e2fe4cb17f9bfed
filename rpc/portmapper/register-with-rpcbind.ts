import { isAnswered } from './call-null.ts';
import { openLocalRpcbind } from './local-rpcbind.ts';
import type { PortmapperClientOptions } from './portmapper-connection.ts';
import { type ProgramTable, tableOfRegistry } from './program-table.ts';
import type { Portmapper } from './portmapper.ts';
import { Registrar, type RegistrarParts } from './registrar.ts';
import type { ServedProgram } from './register-programs.ts';

/** A look whether somebody still serves what is registered: on this machine, so it answers soon or never. */
const answerPatienceMs = 1_000;

/**
 * Keeps programs that are served over TCP and UDP registered with the portmapper of this machine: one that runs in this
 * process or, without that, whatever runs (Debian's rpcbind ...). Where none does nothing happens.
 */
export function registerWithRpcbind(
  programs: readonly ServedProgram[],
  options: PortmapperClientOptions & Pick<RegistrarParts, 'report'>,
  own?: Portmapper,
): Registrar {
  const openTable = async (): Promise<ProgramTable | undefined> =>
    own === undefined ? openLocalRpcbind(options) : tableOfRegistry(own.registry, 'fuga');
  return new Registrar(programs, {
    timers: options.timers,
    openTable,
    isAnswered: (address) => isAnswered(address, { ...options, deadlineMs: answerPatienceMs }),
    report: options.report,
  });
}
