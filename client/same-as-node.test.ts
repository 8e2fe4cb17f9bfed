import { memoryFs } from './testing/memory-fs.ts';
import { describeSameAsNode } from './testing/same-as-node.ts';

describeSameAsNode('the client library ends as node:fs/promises does', async () => memoryFs().fs);
