/**
 * A name that can be shown: control characters, which could move the cursor or rewrite what was printed before, are
 * shown as question marks, as `ls` does on a terminal.
 */
export function safeName(name: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return name.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}
