import { manualClock } from '../../environment/testing/manual-clock.ts';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { openSession } from '../../client/open-session.ts';
import { describeSameAsNode } from '../../client/testing/same-as-node.ts';
import { ServiceVolume } from '../../server/testing/service-volume.ts';

describeSameAsNode('client and file system together end as node:fs/promises does', async () =>
  openSession({
    caller: new ServiceVolume(),
    exportPath: '/home',
    identity: { uid: 0, gid: 0, groups: [] },
    random: seededRandom(1),
    cache: { clock: manualClock().clock },
  }),
);
