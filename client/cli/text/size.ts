const letters = ['K', 'M', 'G', 'T', 'P', 'E'];

/** As `ls -h` and `df -h` show it: powers of 1,024, rounded up, one decimal below 10. */
export function humanSize(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  let value = bytes;
  for (const letter of letters) {
    value /= 1024;
    const shown = value < 10 ? Math.ceil(value * 10) / 10 : Math.ceil(value);
    if (shown < 1024 || letter === 'E') {
      return (shown < 10 ? shown.toFixed(1) : String(Math.ceil(shown))) + letter;
    }
  }
  return String(bytes);
}

const powers: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4, P: 5 };

/** `10`, `4K`, `1.5MiB` (powers of 1,024), `2MB` (of 1,000). Undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGTP]?)(iB|B)?$/i.exec(text);
  const [, amount, letter = '', suffix = ''] = match ?? [];
  const power = powers[letter.toUpperCase()];
  if (amount === undefined || power === undefined) return undefined;
  const base = suffix.toLowerCase() === 'b' && power > 0 ? 1000 : 1024;
  const bytes = Math.floor(Number(amount) * base ** power);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
