import type { ChaosResult } from './result.ts';

/** What a run comes to. */
export interface VerdictWords {
  readonly headline: string;
  readonly sentence: string;
  /** As good as it should be, better than it should be, or bad. */
  readonly mood: 'good' | 'doubtful' | 'bad';
}

export function verdictWords(result: ChaosResult): VerdictWords {
  const { verdict, registration, operations, stalls } = result;
  switch (verdict) {
    case 'correct':
      return registration
        ? {
            headline: 'CORRECT',
            sentence: `Each of the ${operations.toLocaleString('en-US')} answers fits one order of the calls, and all that was acknowledged is there.`,
            mood: 'good',
          }
        : {
            headline: 'NOTHING FOUND',
            sentence: `This was the control: with registration switched off, ${stalls.length} kills should have led to wrong answers.`,
            mood: 'doubtful',
          };
    case 'wrong':
      return {
        headline: registration ? 'WRONG' : 'WRONG, as expected',
        sentence: registration
          ? 'Clients got answers that no correct file server gives.'
          : 'This was the control: without registered replies, calls that are sent again after a takeover are executed again.',
        mood: 'bad',
      };
    case 'undecided':
      return {
        headline: 'UNDECIDED',
        sentence: 'Nothing wrong was found, but not everything could be checked.',
        mood: 'doubtful',
      };
  }
}
