import { fc, test } from '@fast-check/vitest';
import { describe } from 'vitest';
import { auditVolume } from '../testing/audit.ts';
import { commands, Twins } from '../testing/file-system-commands.ts';

describe('operations: any sequence of calls does what it does to a naive file system in memory', () => {
  test.prop([fc.array(commands, { maxLength: 60, size: 'max' })], { numRuns: 1_000 })(
    'statuses, attributes, names and content agree, every record is accounted for',
    (sequence) => {
      const twins = new Twins();
      for (const { run } of sequence) run(twins);
      twins.compareAll();
      auditVolume(twins.volume.records);
    },
    180_000,
  );
});
