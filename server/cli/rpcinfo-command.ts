import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { callNull, type ProgramAddress } from '../../rpc/portmapper/call-null.ts';
import { getPort } from '../../rpc/portmapper/get-port.ts';
import type { PortmapperClientOptions } from '../../rpc/portmapper/portmapper-connection.ts';
import { programName, programOfName } from '../../rpc/portmapper/program-names.ts';
import { listRegistrations } from '../../rpc/portmapper/program-table.ts';
import { CommandFailure } from './failure.ts';

export interface RpcinfoOptions {
  /** Of the portmapper. */
  readonly port: number;
}

/** `fuga rpcinfo HOST [PROGRAM VERSION [tcp|udp]]`. */
export async function runRpcinfo(
  host: string,
  words: readonly string[],
  options: RpcinfoOptions,
): Promise<void> {
  const client = { ...nodeEnvironment(), portmapperPort: options.port };
  if (words.length === 0) await list(host, client);
  else await call(host, parseCall(words), client);
}

/** What is registered with the portmapper of a host. */
async function list(host: string, client: PortmapperClientOptions): Promise<void> {
  const rows = (await listRegistrations(host, client)).map(
    ({ program, version, netid, address, owner }) => [
      `${program}`,
      `${version}`,
      netid,
      address,
      programName(program) ?? '-',
      owner,
    ],
  );
  printTable([['program', 'version', 'netid', 'address', 'service', 'owner'], ...rows]);
}

/** Calls the procedure that does nothing. */
async function call(
  host: string,
  { program, version, transport }: CalledProgram,
  client: PortmapperClientOptions,
): Promise<void> {
  const at = { host, port: await getPort(host, program, version, transport, client) };
  await callNull({ program, version, transport, at }, client);
  const name = programName(program);
  console.log(
    `program ${program}${name === undefined ? '' : ` (${name})`} version ${version} ready and waiting, ${transport} port ${at.port}`,
  );
}

type CalledProgram = Omit<ProgramAddress, 'at'>;

function parseCall([
  name = '',
  number = '',
  transport = 'tcp',
  ...rest
]: readonly string[]): CalledProgram {
  const program = programOfName(name) ?? parseUnsigned(name);
  if (program === undefined) {
    throw new CommandFailure(
      `"${name}" is no program: write a number, or nfs, mountd, portmapper ...`,
      { exitCode: 2 },
    );
  }
  const version = parseUnsigned(number);
  if (version === undefined || (transport !== 'tcp' && transport !== 'udp') || rest.length > 0) {
    throw new CommandFailure(
      'write fuga rpcinfo HOST PROGRAM VERSION [tcp|udp], such as: fuga rpcinfo localhost nfs 3',
      { exitCode: 2 },
    );
  }
  return { program, version, transport };
}

/** 32 bits, as RFC 5531 has them. */
function parseUnsigned(text: string): number | undefined {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  return number <= 0xffff_ffff ? number : undefined;
}

function printTable(rows: readonly (readonly string[])[]): void {
  const [head = []] = rows;
  const widths = head.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}
