import type { Mutation } from './mutation.ts';

const area = 'stable-area/folder-area/folder-area.ts';
const epochDirectory = 'stable-area/folder-area/epoch-directory.ts';
const holder = 'stable-area/holder/engine-holder.ts';

/** Rules of DESIGN "Stable area", each broken. */
export const claimingMutations: readonly Mutation[] = [
  {
    name: 'CLOCK_FENCE',
    what: 'a check counts for some time, as if a lease protected it',
    changes: [
      {
        file: holder,
        find: 'found = await this.#parts.checkFence();',
        replace: `const nowMs = this.#parts.clock.monotonicMs();
      found = nowMs < this.heldUntilMs ? 'held' : await this.#parts.checkFence();
      if (!(nowMs < this.heldUntilMs)) this.heldUntilMs = nowMs + 200;`,
      },
      {
        file: holder,
        find: '  #confirmations = 0;\n',
        replace: '  #confirmations = 0;\n  heldUntilMs = 0;\n',
      },
    ],
  },
  {
    name: 'CLAIM_AFTER_COPY',
    what: 'the records are copied before the claim is linked',
    changes: [
      {
        file: area,
        find: '    const linked = await this.#claims.linkNext(claimant, highest);',
        replace: `    const before = highestAmong(await this.#options.folder.list(this.#paths.epochs));
    const early = this.#paths.epochs + '/early-' + this.#options.random.bytes(8).toString('hex');
    await this.#options.folder.makeFolder(early);
    if (before > 0) {
      await this.#options.engineFactory.copy(numbered(this.#paths.epochs, before), early);
    }
    const linked = await this.#claims.linkNext(claimant, highest);`,
      },
      {
        file: area,
        find: 'if (!(await buildEpochDirectory(parts, linked.claim))) return this.#lost();',
        replace: `if (before > 0) {
      await this.#options.folder.rename(early, numbered(this.#paths.epochs, linked.claim.epoch));
      await this.#options.folder.syncFolder(this.#paths.epochs);
    } else if (!(await buildEpochDirectory(parts, linked.claim))) return this.#lost();`,
      },
    ],
  },
  {
    name: 'LINK_EVERY_TABLE',
    what: 'tables that no MANIFEST names are linked into the copy as well',
    changes: [
      {
        file: 'stable-area/leveldb/copy.ts',
        find: "tablesToLink: TablesToLink = 'named',",
        replace: "tablesToLink: TablesToLink = 'every',",
      },
    ],
  },
  {
    name: 'COPY_PREDECESSOR',
    what: 'the copy is made from the number before, whether it was ever visible or not',
    changes: [
      {
        file: epochDirectory,
        find: 'const source = highestAmong(await folder.list(paths.epochs));',
        replace: 'const source = claim.epoch - 1;',
      },
    ],
  },
  {
    name: 'UNLINK_BEFORE_CONFIRM',
    what: 'the predecessor is removed before the own directory is visible',
    changes: [
      {
        file: epochDirectory,
        find: '    await folder.rename(temporary, own);',
        replace: `    if (claim.epoch > 1) await folder.removeTree(numbered(paths.epochs, claim.epoch - 1));
    await folder.rename(temporary, own);`,
      },
    ],
  },
  {
    name: 'EPOCH_NOT_SYNCED',
    what: 'the name of the new directory is not made durable before it is served',
    changes: [
      {
        file: epochDirectory,
        find: '  await folder.syncFolder(paths.epochs);\n  return true;',
        replace: '  return true;',
      },
    ],
  },
  {
    name: 'CLAIM_NOT_EXCLUSIVE',
    what: 'a claim that is there already counts as made',
    changes: [
      {
        file: 'stable-area/folder-area/claim-store.ts',
        find: "if (system === 'EEXIST' || system === 'ENOENT') return false;",
        replace:
          "if (system === 'EEXIST') return true;\n      if (system === 'ENOENT') return false;",
      },
      {
        file: 'stable-area/folder-area/fence.ts',
        find: 'status?.inode === inode && !status.isDirectory;',
        replace: 'status !== undefined && inode > 0n;',
      },
    ],
  },
];
