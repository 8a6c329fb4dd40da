import { and, eq, gt, gte, inArray, lte, not, or, type Placeholder, type SQL } from 'drizzle-orm';
import {
  areaAndNarrower,
  citesAny,
  citesOneOf,
  citesOneOfFew,
  citesOneOfMany,
  columnOf,
  hasEdge,
  hasExternalId,
  hasTag,
  isIn,
  isOfOpenDispute,
  isPointedAt,
  type When,
} from '../db/conditions.js';
import type { RecordTable, Tables } from '../db/tables/index.js';
import type { Condition } from '../journal/list.js';
import { invalidParameter } from '../problems.js';
import { NO_EARLIEST, parseEdtf } from '../shared/edtf.js';
import type { ResourceType } from '../shared/ids.js';
import { hint } from '../shared/text.js';
import { METHODS, RELIABILITY, RESTS_ON, SUPPORTED } from './vocabulary.js';

interface Described {
  name: string;
  description: string;
  example: string;
}

/** A query parameter whose values are taken as they are, and the predicate it stands for. */
export interface ValueFilter extends Described {
  sort: 'value';
  /** The codes it takes; absent for free values. */
  allowed?: readonly string[];
  /** Another parameter that must be given with it. */
  needs?: string;
  /** The column whose values it takes, where it is about one; a list can be counted by it then. */
  column?: string;
  /** Whether a comma separates alternatives. */
  alternatives: boolean;
  /** Checks the values of one parameter and makes the predicate. Raises `invalid-parameter`. */
  condition(values: readonly string[]): Condition;
}

/** A query parameter that names records that must be at the other end of an edge. */
export interface EdgeFilter extends Described {
  sort: 'edge';
  to: ResourceType | 'any';
  /** Any relation when absent. */
  relation?: string;
  /** `tree`: an area stands for all that are narrower, unless `areaDepth=0`. */
  spread?: 'tree';
}

/** A parameter that only qualifies another filter. */
export interface QualifierFilter extends Described {
  sort: 'qualifier';
  allowed: readonly string[];
  /** The filter it qualifies. */
  of: string;
}

export type Filter = ValueFilter | EdgeFilter | QualifierFilter;

export function edgeFilter(
  name: string,
  to: EdgeFilter['to'],
  description: string,
  example: string,
  relation?: string,
): EdgeFilter {
  return { sort: 'edge', name, to, description, example, ...(relation && { relation }) };
}

/** The ids that an edge filter's alternatives resolved to, as one predicate; with `tree`, and all areas below them. */
export function edgeCondition(
  filter: EdgeFilter,
  ids: readonly string[],
  roles: readonly string[],
  tree: boolean,
): Condition {
  return {
    shape: `${filter.name}${tree ? '+' : ''}${filter.relation ?? ''}/${ids.length}/${roles.length}`,
    values: [...ids, ...roles],
    build: (t, record, when, placeholders) => {
      const targets = placeholders.slice(0, ids.length);
      const wantedRoles = placeholders.slice(ids.length);
      return hasEdge(
        t,
        record,
        and(
          tree ? inArray(t.links.target, areaAndNarrower(t, when, targets)) : isIn(t.links.target, targets),
          filter.relation === undefined ? undefined : eq(t.links.relation, filter.relation),
          wantedRoles.length === 0 ? undefined : isIn(t.links.role, wantedRoles),
        ),
      );
    },
  };
}

/** A filter on a column that holds codes. */
export function codeFilter(
  name: string,
  column: string,
  allowed: readonly string[],
  description: string,
  example: string,
): ValueFilter {
  return {
    sort: 'value',
    name,
    description,
    example,
    allowed,
    column,
    alternatives: true,
    condition: (values) => {
      for (const value of values) requireCode(name, value, allowed);
      return columnCondition(name, column, values);
    },
  };
}

/** A filter on a column that holds values of a form. */
export function patternFilter(
  name: string,
  column: string,
  pattern: RegExp,
  form: string,
  description: string,
  example: string,
): ValueFilter {
  return {
    sort: 'value',
    name,
    description,
    example,
    column,
    alternatives: true,
    condition: (values) => {
      for (const value of values)
        if (!pattern.test(value)) throw invalidParameter(name, `must be ${form}`, 'invalid-format');
      return columnCondition(name, column, values);
    },
  };
}

export function requireCode(name: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw invalidParameter(name, `must be one of ${allowed.join(', ')}${hint(value, allowed)}`);
}

/** Columns that roll-ups count by, under the same name. */
const COUNTED_COLUMNS = ['kind', 'status', 'country', 'supported'];

/** Whether the roll-ups keep, for a filter of that name, how many present records have each value of the column. */
export function isCounted(name: string, column: string): boolean {
  return name === column && COUNTED_COLUMNS.includes(column);
}

function columnCondition(name: string, column: string, values: readonly string[]): Condition {
  const [value] = values;
  const counted = values.length === 1 && value !== undefined && isCounted(name, column);
  const cell = counted ? { dimension: column, value } : undefined;
  return {
    shape: name,
    values,
    cell,
    build: (_t, record, _when, placeholders) => isIn(columnOf(record, column), placeholders),
  };
}

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const INSTANT =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;

/** An RFC 3339 instant as UTC milliseconds text; undefined when it is none. */
export function parseInstant(text: string): string | undefined {
  if (!INSTANT.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function keywordFilter(name: string, description: string, example: string, build: typeof hasTag): ValueFilter {
  return {
    sort: 'value',
    name,
    description,
    example,
    alternatives: true,
    condition: (values) => {
      for (const value of values) {
        if (!KEBAB.test(value))
          throw invalidParameter(name, 'must be lower-case words joined by hyphens', 'invalid-format');
      }
      const tag = name === 'tag' && values.length === 1 ? values[0] : undefined;
      return { shape: name, values, tag, build: (t, record, _when, placeholders) => build(t, record, placeholders) };
    },
  };
}

const updatedAfter: ValueFilter = {
  sort: 'value',
  name: 'updatedAfter',
  description: 'Records whose present version was written after this instant. RFC 3339.',
  example: '2025-01-01T00:00:00Z',
  alternatives: false,
  condition: ([value = '']) => {
    const instant = parseInstant(value);
    if (instant === undefined)
      throw invalidParameter(
        'updatedAfter',
        'must be an RFC 3339 instant such as 2025-01-01T00:00:00Z',
        'invalid-format',
      );
    return {
      shape: 'updatedAfter',
      values: [instant],
      isOfRevision: true,
      build: (t, _record, _when, [after]) => after && gt(t.revisions.recordedAt, after),
    };
  },
};

const contested: ValueFilter = {
  sort: 'value',
  name: 'contested',
  description: '`true`: records that an open dispute is about; `false`: all others.',
  example: 'true',
  allowed: ['true', 'false'],
  alternatives: false,
  condition: ([value = '']) => {
    requireCode('contested', value, ['true', 'false']);
    return {
      shape: `contested ${value}`,
      values: [],
      build: (t, record, when) => {
        const pointedAt = isPointedAt(t, when, record, isOfOpenDispute(t, 'about'));
        return value === 'true' ? pointedAt : not(pointedAt);
      },
    };
  },
};

/** A filter by the least reliability of a source; `atLeast` is the predicate for the placeholder of the level. */
export function reliabilityFilter(
  description: string,
  atLeast: (t: Tables, record: RecordTable, when: When, level: Placeholder) => SQL | undefined,
): ValueFilter {
  const name = 'minReliability';
  const allowed = Object.keys(RELIABILITY);
  return {
    ...{ sort: 'value', name, description, allowed, example: 'C', alternatives: false },
    condition: ([level = '']) => {
      requireCode(name, level, allowed);
      return {
        shape: name,
        values: [level],
        build: (t, record, when, [placeholder]) => placeholder && atLeast(t, record, when, placeholder),
      };
    },
  };
}

/** The scale goes down the alphabet; a source without a reliability has null, which is below nothing. */
const citedReliability = reliabilityFilter(
  'Records that cite a source that stands and is at least this reliable.',
  (t, record, when, level) =>
    citesOneOf(t, when, record, and(eq(t.sources.standing, 'standing'), lte(t.sources.reliability, level))),
);

const restsOn: ValueFilter = {
  sort: 'value',
  name: 'restsOn',
  description: 'By what became of the sources that the record cites.',
  example: 'retracted',
  allowed: Object.keys(RESTS_ON),
  alternatives: true,
  condition: (values) => {
    for (const value of values) requireCode('restsOn', value, Object.keys(RESTS_ON));
    const wanted = [...new Set(values)].sort();
    return {
      shape: `restsOn ${wanted}`,
      values: [],
      build: (t, record, when) => {
        const retracted = citesOneOfFew(t, when, record, eq(t.sources.standing, 'retracted'));
        const standing = citesOneOfMany(t, when, record, eq(t.sources.standing, 'standing'));
        const tests: Readonly<Record<string, () => SQL | undefined>> = {
          nothing: () => not(citesAny(t, record)),
          standing: () => and(citesAny(t, record), not(retracted)),
          mixed: () => and(retracted, standing),
          retracted: () => and(retracted, not(standing)),
        };
        return or(...wanted.map((value) => tests[value]?.()));
      },
    };
  },
};

/** Filters that every resource has. */
export const commonFilters: readonly Filter[] = [
  edgeFilter('source', 'source', 'Records that cite this source or are related to it.', 'seed-article'),
  edgeFilter(
    'relatedTo',
    'any',
    'Records that point at this one in any way; a slug may be written `events/some-slug`.',
    'agreements/g7-joint-declaration-2023',
  ),
  keywordFilter('tag', 'Records with this tag.', 'unverified', hasTag),
  codeFilter('method', 'method', Object.keys(METHODS), 'How the record came to be.', 'curated'),
  keywordFilter('externalScheme', 'Records with an external id of this scheme.', 'wikidata', hasExternalId),
  updatedAfter,
  contested,
  codeFilter('supported', 'supported', Object.keys(SUPPORTED), 'How far its citations support what it says.', 'none'),
  restsOn,
  citedReliability,
];

/** What `from`, `to` and `match` ask for: day numbers, undefined or null without a bound. */
export interface DateRange {
  match: 'possible' | 'certain';
  start: number | null | undefined;
  end: number | null | undefined;
}

/** Reads `from`, `to` and `match`; undefined without `from` and `to`. Raises `invalid-parameter`. */
export function dateRange(from: string | undefined, to: string | undefined, match = 'possible'): DateRange | undefined {
  requireCode('match', match, ['possible', 'certain']);
  if (from === undefined && to === undefined) return undefined;
  const start = from === undefined ? undefined : edtfBound('from', from).earliest;
  const end = to === undefined ? undefined : edtfBound('to', to).latest;
  if (start != null && end != null && start > end)
    throw invalidParameter('to', 'must not be before `from`', 'out-of-range');
  return { match: match as DateRange['match'], start, end };
}

/** `from`, `to` and `match` over the record's dates. Undated records never fit. */
export function dateCondition(range: DateRange | undefined): Condition | undefined {
  if (range === undefined) return undefined;
  const { match, start, end } = range;
  const values = [...(start == null ? [] : [start]), ...(end == null ? [] : [end])];
  return {
    shape: `dates ${match} ${start == null ? '' : 'from'} ${end == null ? '' : 'to'}`,
    values,
    build: (_t, record, _when, placeholders) => {
      const lower = start == null ? undefined : placeholders[0];
      const upper = end == null ? undefined : placeholders[start == null ? 0 : 1];
      const [first, last] = match === 'possible' ? [record.dateTo, record.dateFrom] : [record.dateFrom, record.dateTo];
      return and(gt(record.dateTo, NO_EARLIEST), lower && gte(first, lower), upper && lte(last, upper));
    },
  };
}

function edtfBound(parameter: string, text: string): { earliest: number | null; latest: number | null } {
  const result = parseEdtf(text, 'any');
  if (!result.ok) throw invalidParameter(parameter, result.message, 'invalid-edtf');
  return result.value;
}
