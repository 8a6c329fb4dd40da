/** What the roll-ups count by. A record has one value in each dimension, or none; several actors. */
export interface Cell {
  dimension: string;
  /** Empty for the records that have none. */
  value: string;
}

/** Of a pair, the dimension that comes first here is the one that narrows. Nothing is narrowed to a year. */
const NARROWING = ['actor', 'kind', 'status', 'country', 'supported', 'year'];

const rankOf = (dimension: string) => NARROWING.indexOf(dimension);

/** The cell of the records that count in both; undefined for two of one dimension, which none counts. */
export function pairOf(one: Cell, other: Cell): Cell | undefined {
  const [a, b] = [rankOf(one.dimension), rankOf(other.dimension)];
  if (a === b) return undefined;
  const [narrowing, narrowed] = a < b ? [one, other] : [other, one];
  return { dimension: dimensionWithin(narrowing, narrowed.dimension), value: narrowed.value };
}

/** Whether the cells of a dimension within another cell stand under one dimension, or those of that cell under many. */
export function isNarrowedBy({ dimension: narrowing }: Cell, dimension: string): boolean {
  return rankOf(narrowing) < rankOf(dimension);
}

/** The dimension of the records of a cell. */
export function dimensionWithin({ dimension, value }: Cell, narrowed: string): string {
  return `${dimension}=${value}/${narrowed}`;
}

/** All cells that a record counts in, as `dimension value`: of everything, of each of its values and of each pair. */
export function cellsOfRecord(single: readonly Cell[]): string[] {
  const pairs = single.flatMap((one, index) => single.slice(index + 1).map((other) => pairOf(one, other)));
  const cells = [{ dimension: 'total', value: '' }, ...single, ...pairs.filter((pair) => pair !== undefined)];
  return cells.map(({ dimension, value }) => `${dimension} ${value}`);
}
