// What Unix commands take, and a parser of options does not: words that look like options and are none, and long options
// with one hyphen. They are rewritten before they are parsed.

const findOptions = ['name', 'iname', 'type', 'maxdepth', 'mindepth', 'print0', 'print'];
/** `-w`, `-rwx`, `-x,+t`: a mode that takes rights away. `-R` is an option. */
const modeLike = /^-[rwxXst][rwxXstugoa,+=-]*$/;

/** The words after `fuga`, as the parser of options wants them. */
export function rewriteWords(words: readonly string[]): string[] {
  const [command, ...rest] = words;
  if (command === 'find') return [command, ...rest.map(rewriteFindWord)];
  if (command === 'chmod') return [command, ...rewriteChmod(rest)];
  return [...words];
}

function rewriteFindWord(word: string): string {
  return word.startsWith('-') && findOptions.includes(word.slice(1)) ? `-${word}` : word;
}

function rewriteChmod(words: readonly string[]): string[] {
  const at = words.findIndex((word) => modeLike.test(word));
  const end = words.indexOf('--');
  if (at < 0 || (end >= 0 && end < at)) return [...words];
  return words.flatMap((word, index) => (index === at ? ['--mode', word] : [word]));
}
