import { type FaultKind, faultKinds } from '../../faults/fault.ts';

/** How a kind of fault is shown: a letter for those who see no colours, and for paper. */
export interface Mark {
  readonly letter: string;
  readonly colour: string;
  readonly meaning: string;
}

/** Colours that all kinds of eyes tell apart (Okabe and Ito, 2008). */
const marks: Readonly<Record<FaultKind, Mark>> = {
  kill: { letter: 'K', colour: '#d55e00', meaning: 'primary killed' },
  pause: { letter: 'P', colour: '#56b4e9', meaning: 'primary stopped and woken' },
  block: { letter: 'B', colour: '#e69f00', meaning: 'event loop blocked' },
  switchover: { letter: 'S', colour: '#009e73', meaning: 'switchover' },
  'pam-kill': { letter: 'M', colour: '#cc79a7', meaning: 'PAM killed' },
  'full-disk': { letter: 'D', colour: '#f0e442', meaning: 'disk full' },
  'cut-network': { letter: 'N', colour: '#a0a0a0', meaning: 'network cut' },
};
const strange: Mark = { letter: '?', colour: '#ffffff', meaning: 'something else' };

export function markOf(kind: string): Mark {
  const known = faultKinds.find((each) => each === kind);
  return known === undefined ? strange : marks[known];
}
