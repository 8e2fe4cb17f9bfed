import { fc, test } from '@fast-check/vitest';
import { beginning, commands } from './commands.ts';
import { Twins } from './twins.ts';

/** So many calls in a sequence at most: what goes wrong shows in few, and many sequences reach more states. */
const commandsMax = 10;

/** Random calls of both versions against the naive model. Two test files share the work, for two processors. */
export function testSequences(name: string, count: number): void {
  let begun: Promise<Twins> | undefined;
  test.prop([fc.array(commands, { maxLength: commandsMax, size: 'max' })], { numRuns: count })(
    name,
    async (sequence) => {
      begun ??= begin();
      const twins = (await begun).copy();
      for (const command of sequence) await command.run(twins);
      await twins.compareAll(sequence.length % 2 === 0 ? 2 : 3);
    },
    240_000,
  );
}

/** Made once: what every sequence starts from. */
async function begin(): Promise<Twins> {
  const twins = await Twins.open();
  for (const command of beginning) await command.run(twins);
  return twins;
}
