import { Big } from 'big.js';
import { z } from 'zod';
import type { Json } from '../../journal/kind.js';
import { resourceOfType } from '../../resources/index.js';
import { unwrap } from '../../resources/parse.js';
import { parseEdtf } from '../../shared/edtf.js';
import type { ResourceType } from '../../shared/ids.js';
import { DECIMAL_PATTERN } from '../../shared/money.js';
import { daysOf } from '../../shared/span.js';
import { shareDay } from './days.js';

/** How the values of a field can be told apart. */
export interface Field {
  /**
   * `list`: several hold at once. `code`, `date` and `decimal` are texts. `other`: free text, or a field that the schema
   * does not know. Numbers and booleans can be told apart wherever they stand alone.
   */
  by: 'code' | 'date' | 'decimal' | 'list' | 'other';
  /** Whether a text is one of the codes; a source may have put it into words. */
  isCode(text: string): boolean;
}

/** A field of a resource, read off its schema. The parts of its name are joined by dots. */
export function fieldOf(type: ResourceType, name: string): Field {
  const key = `${type} ${name}`;
  const field = known.get(key) ?? readField(type, name);
  if (known.size < MAX_KNOWN) known.set(key, field);
  return field;
}

const known = new Map<string, Field>();
const MAX_KNOWN = 1000;
/** Names of dates, also of those that the server derives and those that the schema does not know. */
const DATE_NAME = /(?:^|\.)(?:date|earliest|latest|[a-z]+On)$/;

function readField(type: ResourceType, name: string): Field {
  const schema = schemaOf(type, name);
  const by = compareBy(schema);
  const isCode = (text: string) => schema?.safeParse(text).success ?? false;
  return { by: by === 'other' && DATE_NAME.test(name) ? 'date' : by, isCode };
}

function schemaOf(type: ResourceType, field: string): z.ZodType | undefined {
  let schema: z.ZodType | undefined = resourceOfType(type).representation;
  for (const part of field.split('.')) {
    if (schema instanceof z.ZodArray) return schema;
    if (!(schema instanceof z.ZodObject)) return undefined;
    const shape = schema.shape as Record<string, z.ZodType>;
    schema = Object.hasOwn(shape, part) ? unwrap(shape[part]) : undefined;
  }
  return schema;
}

function compareBy(schema: z.ZodType | undefined): Field['by'] {
  if (schema === undefined) return 'other';
  if (schema instanceof z.ZodArray) return 'list';
  if (schema instanceof z.ZodEnum) return 'code';
  const takes = (text: string) => schema.safeParse(text).success;
  if (takes('two words')) return 'other';
  if (takes('2024/2025') || (takes('2024-02-29') && !takes('2023-02-29'))) return 'date';
  if (takes('1.5') && !takes('01.5')) return 'decimal';
  // Countries and currencies.
  return takes('AA') !== takes('AAA') ? 'code' : 'other';
}

/** Whether two values of one field cannot both be right. */
export function excludeEachOther(field: Field, a: Json, b: Json): boolean {
  if (field.by === 'list' || typeof a !== typeof b) return false;
  if (typeof a === 'number' || typeof a === 'boolean') return a !== b;
  if (typeof a === 'string' && typeof b === 'string') return textsDiffer(field, a, b);
  return isPlainAmount(a) && isPlainAmount(b) && a.currency === b.currency && !Big(a.value).eq(b.value);
}

function textsDiffer({ by, isCode }: Field, a: string, b: string): boolean {
  if (by === 'date') return isDate(a) && isDate(b) && !shareDay(a, b);
  if (by === 'decimal') return DECIMAL_PATTERN.test(a) && DECIMAL_PATTERN.test(b) && !Big(a).eq(b);
  return by === 'code' && a !== b && isCode(a) && isCode(b);
}

/** Whether a value is right only if another is: it is the same, or a date within the other. */
export function isWithin({ by }: Field, value: Json, other: Json): boolean {
  if (by === 'date' && isDate(value) && isDate(other)) {
    const [inner, outer] = [daysOf(value), daysOf(other)];
    return inner.first >= outer.first && inner.last <= outer.last;
  }
  return JSON.stringify(value) === JSON.stringify(other);
}

function isDate(value: Json): value is string {
  return typeof value === 'string' && parseEdtf(value).ok;
}

/** An amount of which nothing says that it is only about, at least or at most so much. */
function isPlainAmount(value: Json): value is { value: string; currency: string } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const { value: amount, currency, qualifier = 'exact', basis = 'total' } = value;
  if (typeof amount !== 'string' || typeof currency !== 'string') return false;
  return DECIMAL_PATTERN.test(amount) && qualifier === 'exact' && basis === 'total';
}
