import { textWidth } from './text-width';

export interface TableFormat {
  /** Indexes of the columns of numbers. */
  readonly alignRight?: readonly number[];
  /** Styles a padded cell; `row` counts the heading. */
  readonly style?: (cell: string, row: number, column: number) => string;
}

/** Formats a table: each column as wide as its widest cell, two spaces between columns and before the first. */
export function formatTable(
  rows: readonly (readonly string[])[],
  { alignRight = [], style = (cell) => cell }: TableFormat = {},
): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => textWidth(row[column]!))));
  const pad = (cell: string, column: number, isLast: boolean) => {
    const padding = ' '.repeat(widths[column]! - textWidth(cell));
    if (alignRight.includes(column)) return padding + cell;
    return isLast ? cell : cell + padding;
  };
  return rows
    .map((row, index) => {
      const cells = row.map((cell, column) =>
        style(pad(cell, column, column === row.length - 1), index, column),
      );
      return `  ${cells.join('  ')}`.trimEnd();
    })
    .join('\n');
}

/** The width of a table that `formatTable` makes of these rows. */
export function widthOfTable(rows: readonly (readonly string[])[]): number {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => textWidth(row[column]!))));
  return widths.reduce((sum, width) => sum + width + 2, 0);
}
