import { fork } from 'node:child_process';
import { once } from 'node:events';
import { childScript } from '../child-script.ts';
import type { Samples } from './sample.ts';
import type { LimitPlace, RowGroup } from '../rows/row.ts';
import { rowGroups } from '../rows/row-groups.ts';
import { parseRowSettings } from '../rows/row-settings.ts';
import type { LoadRequest, LoadResponse } from './load-messages.ts';
import { LoadSession } from './load-session.ts';

// The load generator: a process of its own, so that neither a server nor the program that measures pays for it. It ends with
// its parent.

const groups = rowGroups(parseRowSettings(process.argv[2] ?? ''));
const sessions = new Map<string, LoadSession>();

process.on('message', (message) => {
  void answer(message as LoadRequest).then((response) => process.send?.(response));
});
process.on('disconnect', () => process.exit());

async function answer(request: LoadRequest): Promise<LoadResponse> {
  const { id } = request;
  try {
    return { id, samples: await perform(request) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

async function perform({ task, group: name, point, durationMs }: LoadRequest): Promise<Samples> {
  const group: RowGroup | undefined = groups.find((each) => each.name === name);
  if (group === undefined) throw new Error(`no rows are called ${name}`);
  if (task.kind === 'limit') {
    const place: LimitPlace = { folder: task.folder, echo };
    return group.limit(place, point, durationMs);
  }
  const session = sessions.get(task.target.name) ?? new LoadSession(task.target);
  sessions.set(task.target.name, session);
  try {
    return await group.run(session, point, durationMs);
  } catch (error) {
    // Its connections may be in any state; the next rows begin anew.
    sessions.delete(task.target.name);
    await session.close();
    throw error;
  }
}

/** Started when it is first asked for; it ends with this process. */
async function echo(): Promise<LoadSession> {
  const found = sessions.get('');
  if (found !== undefined) return found;
  const child = fork(childScript(import.meta, 'echo-process'));
  const [port] = (await once(child, 'message')) as [number];
  const address = { host: '127.0.0.1', port };
  const target = { name: '', address, mountAddress: address, exported: '', dataFolder: '' };
  const session = new LoadSession({ ...target, pid: child.pid ?? 0 });
  sessions.set('', session);
  return session;
}
