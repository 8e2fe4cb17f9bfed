import { fc, test } from '@fast-check/vitest';
import { beginning, commands } from './commands.ts';
import { Twins } from './twins.ts';

/** So many calls in a sequence at most: what goes wrong shows in few, and many sequences reach more states. */
const commandsMax = 10;

/** Random calls of both versions against the naive model. Two test files share the work, for two processors. */
export function testSequences(name: string, count: number): void {
  test.prop([fc.array(commands, { maxLength: commandsMax, size: 'max' })], { numRuns: count })(
    name,
    async (sequence) => {
      const twins = await Twins.open();
      for (const command of [...beginning, ...sequence]) await command.run(twins);
      await twins.compareAll(sequence.length % 2 === 0 ? 2 : 3);
    },
    240_000,
  );
}
