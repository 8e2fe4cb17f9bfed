const digitsShown = 3;

/** A rate with as many digits as mean something. */
export function rateText(value: number): string {
  if (value >= 10 ** (digitsShown - 1)) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(digitsShown);
}

export function ratioText(value: number): string {
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A point of an axis: large numbers in words of the field. */
export function pointText(axis: string, point: number): string {
  if (axis !== 'bytes') return point.toLocaleString('en-US');
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(Math.floor(Math.log2(point) / 10), units.length - 1);
  return `${point / 1_024 ** power} ${units[power] ?? ''}`;
}
