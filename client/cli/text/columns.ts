import { stripVTControlCharacters } from 'node:util';

const gap = 2;

/** Columns that a text takes on a terminal, without colours. Wide (East Asian) characters take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (/\p{Mark}/u.test(character)) continue;
    width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  }
  return width;
}

/** The names as `ls` puts them on a terminal: down the columns, as many as fit. */
export function inColumns(names: readonly string[], terminalWidth: number): string[] {
  const widths = names.map(displayWidth);
  for (let rows = 1; rows < names.length; rows += 1) {
    const columnWidths = widthsOfColumns(widths, rows);
    const total = columnWidths.reduce((sum, width) => sum + width + gap, -gap);
    if (total <= terminalWidth) return layOut(names, widths, rows, columnWidths);
  }
  return [...names];
}

/** A table whose columns are as wide as they must be; `right` names those that are set to the right. */
export function table(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
    }
  }
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
        if (right.includes(column)) return space + cell;
        return column === row.length - 1 ? cell : cell + space;
      })
      .join(' '),
  );
}

function widthsOfColumns(widths: readonly number[], rows: number): number[] {
  const columns = Math.ceil(widths.length / rows);
  return Array.from({ length: columns }, (_, column) =>
    Math.max(...widths.slice(column * rows, (column + 1) * rows)),
  );
}

function layOut(
  names: readonly string[],
  widths: readonly number[],
  rows: number,
  columnWidths: readonly number[],
): string[] {
  return Array.from({ length: rows }, (_, row) =>
    columnWidths
      .map((width, column) => {
        const index = column * rows + row;
        const name = names[index];
        if (name === undefined) return '';
        const isLast = index + rows >= names.length;
        return isLast ? name : name + ' '.repeat(width + gap - (widths[index] ?? 0));
      })
      .join(''),
  );
}

/** Ranges of Unicode's East Asian Width W and F, coarsely. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}
