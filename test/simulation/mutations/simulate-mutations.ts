import { compileProgram } from '../compiled-program.ts';
import { findMutation, mutations } from './find-mutation.ts';

/** Breaks the code in every known way, or in one; true where each was found. */
export async function simulateMutations(
  only: string | undefined,
  say: (line: string) => void,
): Promise<boolean> {
  const chosen = mutations.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) {
    say(`there is no mutation ${only}; those are: ${mutations.map(({ name }) => name).join(' ')}`);
    return false;
  }
  let isEachFound = true;
  const program = await compileProgram();
  try {
    for (const mutation of chosen) {
      const { seed, seconds, finding } = await findMutation(program, mutation);
      isEachFound &&= seed !== undefined;
      const how = seed === undefined ? 'NOT FOUND' : `seed ${seed}`;
      say(`${mutation.name} | ${mutation.what} | ${how} | ${seconds.toFixed(1)} s | ${finding}`);
    }
  } finally {
    await program.remove();
  }
  return isEachFound;
}
