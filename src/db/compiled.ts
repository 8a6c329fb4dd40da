import { Column, is, Param, Placeholder, SQL } from 'drizzle-orm';
import type { Values } from './store.js';

type Decode = (value: unknown) => unknown;
type Parameter = { constant: unknown } | { name: string; encode: Decode | undefined };

/** A Drizzle query as far as it is looked at here: its text with parameters, and what it selects or returns. */
interface DrizzleQuery {
  toSQL(): { sql: string; params: unknown[] };
  _?: { selectedFields?: Record<string, unknown> };
  config?: { returning?: { path: string[]; field: unknown }[] };
}

/**
 * A query built by Drizzle and run by a driver itself: what Drizzle works out at each execution (parameters, how rows
 * become objects) is worked out once, which in a server under load is most of a point read's time.
 */
export class Compiled {
  readonly text: string;
  readonly #parameters: Parameter[];
  readonly #fields: { key: string; decode: Decode | undefined }[];

  /** Takes any Drizzle query; its dialect decides how the text names parameters. */
  constructor(built: unknown) {
    const query = built as DrizzleQuery;
    const { sql: text, params } = query.toSQL();
    this.text = text;
    this.#parameters = params.map(parameterOf);
    this.#fields = fieldsOf(query);
  }

  /** The driver's values in the order of the parameters. Plain loops: this runs for every statement of every request. */
  bind(values: Values): unknown[] {
    const bound: unknown[] = [];
    for (const parameter of this.#parameters) {
      if ('constant' in parameter) {
        bound.push(parameter.constant);
        continue;
      }
      const value = values[parameter.name];
      if (value === undefined) throw new Error(`no value for the placeholder ${parameter.name}`);
      bound.push(parameter.encode === undefined || value === null ? value : parameter.encode(value));
    }
    return bound;
  }

  /** A row, given as the driver's values in the order of the selection. */
  object(row: readonly unknown[]): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    let index = 0;
    for (const { key, decode } of this.#fields) {
      const value = row[index];
      object[key] = decode === undefined || value === null ? value : decode(value);
      index += 1;
    }
    return object;
  }
}

function parameterOf(parameter: unknown): Parameter {
  if (is(parameter, Placeholder)) return { name: parameter.name, encode: undefined };
  if (is(parameter, Param) && is(parameter.value, Placeholder)) {
    const { encoder, value } = parameter;
    return { name: value.name, encode: (each) => encoder.mapToDriverValue(each) };
  }
  return { constant: parameter };
}

function fieldsOf(query: DrizzleQuery): { key: string; decode: Decode | undefined }[] {
  const returned = query.config?.returning?.map(({ path, field }) => [path[0] ?? '', field] as const);
  const selected = returned ?? Object.entries(query._?.selectedFields ?? {});
  return selected.map(([key, field]) => ({ key, decode: decoderOf(field) }));
}

/** How a column or expression makes a value of what the driver gives; undefined when it takes it as it is. */
function decoderOf(field: unknown): Decode | undefined {
  const expression = is(field, SQL.Aliased) ? field.sql : field;
  const decoder = is(expression, SQL) ? (expression as unknown as { decoder: Column }).decoder : (expression as Column);
  if (decoder.mapFromDriverValue === Column.prototype.mapFromDriverValue) return undefined;
  return (value) => decoder.mapFromDriverValue(value);
}
