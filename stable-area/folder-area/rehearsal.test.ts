import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { createLevelEngineFactory } from '../leveldb/level-engine-adapter.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { openFolderArea } from './folder-area.ts';

const claimant = {
  ...{ node: 'a', process: 'p', pairAddress: '127.0.0.1:1' },
  ...{ pid: 1, startTime: '0', namespace: '0' },
};

test('a backup finds out beforehand that a takeover would fail, and leaves nothing behind', async () => {
  const environment = nodeEnvironment();
  const { folder } = environment;
  const directory = join(await temporaryDirectory(), 'area');
  const engineFactory = createLevelEngineFactory({ folder });
  const area = await openFolderArea({ ...environment, directory, engineFactory });
  // Nobody has claimed it yet.
  await area.rehearse(() => Promise.reject(new Error('there is nothing to lend')));
  const outcome = await area.claim(claimant);
  let lent = 0;
  await area.rehearse(async ({ claim }) => {
    lent = claim.epoch;
  });
  expect(lent).toBe(1);
  await rm(join(directory, 'epochs', '1', 'CURRENT'));
  await expect(area.rehearse(() => Promise.resolve())).rejects.toMatchObject({
    code: 'STABLE_AREA_CORRUPT',
  });
  const names = await folder.list(directory);
  expect(names.filter((name) => name.startsWith('rehearsal'))).toEqual([]);
  if (outcome.kind === 'held') await outcome.holder.close();
  await area.close();
});
