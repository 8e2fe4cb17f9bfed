import { CompileError, type Place } from './place.ts';

/**
 * The lines of a .x file with comments blanked out, so that columns stay what they are. A line that starts with `%`
 * is C text for C rpcgen's output; it is given in `passThrough` and is empty in `lines`.
 */
export interface StrippedSource {
  readonly lines: readonly string[];
  /** Line index -> text after the `%`. */
  readonly passThrough: ReadonlyMap<number, string>;
}

export function stripComments(text: string, file: string): StrippedSource {
  const passThrough = new Map<number, string>();
  const lines: string[] = [];
  let comment: Place | undefined;
  let continuesPassThrough = false;
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const isPassThrough = comment === undefined && (continuesPassThrough || raw.startsWith('%'));
    if (isPassThrough) {
      passThrough.set(index, raw.replace(/^%/, ''));
      // cpp joins a line that ends in a backslash with the next, which then needs no % of its own.
      continuesPassThrough = raw.endsWith('\\');
      lines.push('');
      continue;
    }
    const stripped = stripLine(raw, { file, line: index + 1, column: 1 }, comment);
    comment = stripped.comment;
    lines.push(stripped.text);
  }
  if (comment !== undefined) throw new CompileError(comment, 'comment is never closed');
  return { lines, passThrough };
}

/** One line; `comment` is where a comment that is still open began. */
function stripLine(raw: string, start: Place, comment: Place | undefined) {
  let open = comment;
  let text = '';
  let index = 0;
  const blank = (count: number): void => {
    text += raw.slice(index, index + count).replace(/[^\t]/g, ' ');
    index += count;
  };
  while (index < raw.length) {
    if (open !== undefined) {
      const end = raw.indexOf('*/', index);
      if (end !== -1) open = undefined;
      blank(end === -1 ? raw.length - index : end + 2 - index);
    } else if (raw.startsWith('/*', index)) {
      open = { ...start, column: index + 1 };
      blank(2);
    } else if (raw.startsWith('//', index)) {
      blank(raw.length - index);
    } else if (raw[index] === '"') {
      const end = endOfString(raw, index);
      text += raw.slice(index, end);
      index = end;
    } else {
      text += raw.charAt(index);
      index += 1;
    }
  }
  return { text, comment: open };
}

/** Index after the closing quote, or the end of the line: the lexer reports a string that is not closed. */
function endOfString(line: string, start: number): number {
  let index = start + 1;
  while (index < line.length && line[index] !== '"') index += line[index] === '\\' ? 2 : 1;
  return Math.min(index + 1, line.length);
}
