import { parseError } from '../../pa/directory/pam-messages.ts';
import type { ShownExport } from '../exports/format-exports.ts';
import { type AdminRequest, type AdminServersOptions, askServers } from './admin-servers.ts';
import { CommandFailure } from './failure.ts';

/** `fuga exports show`: in the lines that they are written in. */
export async function runExportsShow(options: AdminServersOptions): Promise<void> {
  await askEach(options, { method: 'GET', path: '/exports' }, (url, exports, isAlone) => {
    if (!isAlone) console.log(`# ${url}`);
    for (const { directory, clients } of exports) {
      const path = /[\s#]/.test(directory) ? `"${directory}"` : directory;
      console.log([path, ...clients.map((each) => `${each.client}(${each.options})`)].join(' '));
    }
  });
}

/** `fuga exports reload`: each server reads its exports again. */
export async function runExportsReload(options: AdminServersOptions): Promise<void> {
  await askEach(options, { method: 'POST', path: '/exports/reload', json: {} }, (url, exports) => {
    console.log(
      `${url}: ${exports.length} ${exports.length === 1 ? 'export' : 'exports'} in force`,
    );
  });
}

/** Asks every server, and fails in the end where one refused: the others are not kept from it. */
async function askEach(
  options: AdminServersOptions,
  request: AdminRequest,
  tell: (url: string, exports: readonly ShownExport[], isAlone: boolean) => void,
): Promise<void> {
  const failures: string[] = [];
  await askServers(options, request, (url, answer, servers) => {
    if (answer instanceof Error) failures.push(`${url} does not answer: ${answer.message}`);
    else if (answer.status === 200) tell(url, exportsOf(answer.json), servers === 1);
    else failures.push(`${url}: ${parseError(answer.json).message}`);
    return true;
  });
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
}

/** Servers are our own; what is something else shows nothing. */
function exportsOf(json: unknown): readonly ShownExport[] {
  const exports = (json as { readonly exports?: readonly ShownExport[] } | undefined)?.exports;
  return exports ?? [];
}
