import pc from 'picocolors';

export interface Progress {
  /** Shows what is going on now, instead of what was shown before. */
  show(text: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** Removes what is shown. */
  clear(): void;
}

/** A line on a terminal that is written again and again. Elsewhere only the notes. */
export function makeProgress(stream: NodeJS.WriteStream): Progress {
  const isTerminal = stream.isTTY;
  const clear = (): void => {
    if (isTerminal) stream.write('\r\x1b[K');
  };
  return {
    show(text) {
      if (isTerminal)
        stream.write(`\r\x1b[K${pc.dim(text.slice(0, Math.max(0, stream.columns - 1)))}`);
    },
    note(text) {
      clear();
      stream.write(`${text}\n`);
    },
    clear,
  };
}
