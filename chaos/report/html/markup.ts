/** Text for an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A number for a path or a style: short, and never in exponents. */
export function short(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** A part of the width or height, from 0 to 1. */
export function percent(part: number): string {
  return `${short(100 * part)}%`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A time, with as many digits as matter. */
export function duration(milliseconds: number | null): string {
  if (milliseconds === null) return '–';
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  return `${count(Math.round(milliseconds))} ms`;
}

/**
 * Shapes that are stretched to the room that there is; words beside them are HTML, so that they stay as large as other
 * words on a telephone too. `label` is for those who cannot see it.
 */
export function stretchedSvg(
  width: number,
  height: number,
  label: string,
  shapes: readonly string[],
): string {
  const box = `viewBox="0 0 ${short(width)} ${short(height)}" preserveAspectRatio="none"`;
  return `<svg ${box} role="img" aria-label="${escapeHtml(label)}">${shapes.join('')}</svg>`;
}
