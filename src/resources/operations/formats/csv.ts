import { stringify } from 'csv-stringify/sync';
import type { Document, Json } from '../../../journal/kind.js';
import type { Column } from './columns.js';
import type { Rendering } from './rendering.js';

/** What spreadsheets take for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/;
// Lone carriage returns and line feeds are not the record delimiter, but readers take them for one.
const OPTIONS = { record_delimiter: '\r\n', quoted_match: /[\r\n]/ } as const;

/** The header row of a CSV (RFC 4180), with its line end. */
export function csvHeader(columns: readonly Column[]): string {
  return stringify([columns.map(({ name }) => name)], OPTIONS);
}

/**
 * A record as a CSV row with its line end. With `safe`, texts that a spreadsheet would read as a formula begin with an
 * apostrophe; numbers stay as they are.
 */
export function csvRow(
  document: Document,
  columns: readonly Column[],
  { names }: Pick<Rendering, 'names'>,
  safe: boolean,
): string {
  const cells = columns.map((column) => {
    const text = cellOf(column.value(document, names));
    return safe && !column.isNumber && FORMULA.test(text) ? `'${text}` : text;
  });
  return stringify([cells], OPTIONS);
}

function cellOf(value: Json | undefined): string {
  return value === undefined || value === null ? '' : String(value);
}
