/** Where exports are written: a file, or the command line. */
export interface ExportSource {
  /** For messages. */
  readonly name: string;
  /** Bytes, one character U+0000 to U+00FF each: names of directories are bytes. */
  readonly text: string;
}

/** A line with something on it, and with its continuations. */
export interface ExportLine {
  /** `FILE:LINE`, where it begins. */
  readonly place: string;
  readonly words: readonly string[];
}

/** Exports that cannot be used; the message begins with file and line. */
export class ExportsError extends Error {
  constructor(place: string, message: string) {
    super(`${place}: ${Buffer.from(message, 'latin1').toString('utf8')}`);
    this.name = 'ExportsError';
  }
}

/** The lines of exports(5): `#` begins a comment, a backslash at the end joins the next line, `\040` is a byte in octal. */
export function exportLines({ name, text }: ExportSource): ExportLine[] {
  const lines: ExportLine[] = [];
  let joined = '';
  let from = 1;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (joined === '') from = index + 1;
    if (line.endsWith('\\')) {
      joined += `${line.slice(0, -1)} `;
      continue;
    }
    const place = `${name}:${from}`;
    const words = wordsOf(place, joined + line);
    if (words.length > 0) lines.push({ place, words });
    joined = '';
  }
  if (joined !== '')
    throw new ExportsError(`${name}:${from}`, 'the line that it goes on in is missing');
  return lines;
}

/** Words are parted by blanks, except between quotes. */
function wordsOf(place: string, line: string): string[] {
  const words: string[] = [];
  const word = /\s*(?:#.*$|"([^"]*)"(?=\s|$)|([^\s"#]+))/y;
  while (line.slice(word.lastIndex).trim() !== '') {
    const at = word.lastIndex;
    const match = word.exec(line);
    if (match === null)
      throw new ExportsError(place, `a quote is not closed: ${line.slice(at).trim()}`);
    const found = match[1] ?? match[2];
    if (found === undefined) break;
    words.push(found.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => byteOf(octal)));
  }
  return words;
}

function byteOf(octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8));
}
