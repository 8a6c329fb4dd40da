import type { FastifyRequest } from 'fastify';
import { JSON_TYPE } from '../../../http/body.js';
import { preferredType } from '../../../http/negotiate.js';
import type { Query } from '../../../http/query.js';
import { invalidParameter, Problem } from '../../../problems.js';
import { hint } from '../../../shared/text.js';
import type { Resource } from '../../resource.js';

/** Every format by its name in `format=`, with its media type. */
export const FORMATS = {
  json: JSON_TYPE,
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  ics: 'text/calendar',
  atom: 'application/atom+xml',
  geojson: 'application/geo+json',
  jsonld: 'application/ld+json',
  graphml: 'application/graphml+xml',
} as const;

export type Format = keyof typeof FORMATS;
/** Formats of lists other than JSON, and of those the ones that need dates and places. */
export type ListFormat = Exclude<Format, 'json' | 'jsonld' | 'graphml'>;

const FORMAT_NAMES = Object.keys(FORMATS) as Format[];

/** What `Content-Type` says beside the media type. */
const TYPE_PARAMETERS: Partial<Record<Format, string>> = {
  ndjson: '; charset=utf-8',
  csv: '; charset=utf-8; header=present',
  ics: '; charset=utf-8; component=VEVENT',
  atom: '; charset=utf-8; type=feed',
  graphml: '; charset=utf-8',
};

export function contentType(format: Format): string {
  return `${FORMATS[format]}${TYPE_PARAMETERS[format] ?? ''}`;
}

const ANY_LIST: readonly Format[] = ['json', 'ndjson', 'csv'];
const EVENT_LIST: readonly Format[] = [...ANY_LIST, 'ics', 'atom', 'geojson'];
export const RECORD_FORMATS: readonly Format[] = ['json', 'jsonld'];
export const GRAPH_FORMATS: readonly Format[] = ['json', 'graphml'];

/** The formats that a list of the collection has; the first is what it is without being asked. */
export function listFormats(collection: Resource['collection']): readonly Format[] {
  return collection === 'events' ? EVENT_LIST : ANY_LIST;
}

/** Parameters that say how one format is written, and the format each goes with. */
export const FORMAT_OPTIONS = {
  spreadsheet: { format: 'csv', values: ['safe', 'exact'] },
  cancelled: { format: 'ics', values: ['include', 'omit'] },
} as const satisfies Record<string, { format: Format; values: readonly string[] }>;

/** Names of the options that some format of the list takes. */
export function optionNames(collection: Resource['collection']): string[] {
  const formats = listFormats(collection);
  return Object.entries(FORMAT_OPTIONS).flatMap(([name, { format }]) => (formats.includes(format) ? [name] : []));
}

/** Raises `invalid-parameter` for an option of another format, and for a value it does not have. */
export function refuseOptions(query: Query, format: Format): void {
  for (const [name, option] of Object.entries(FORMAT_OPTIONS)) {
    const value = query.get(name)?.[0];
    if (value === undefined) continue;
    if (option.format !== format)
      throw invalidParameter(name, `goes with format=${option.format} only`, 'incompatible');
    const values: readonly string[] = option.values;
    if (!values.includes(value))
      throw invalidParameter(name, `must be one of ${values.join(', ')}${hint(value, [...values])}`);
  }
}

/**
 * The format to answer in: what `format` says, or else what `Accept` likes best. Raises `invalid-parameter` for a
 * format that there is not, and `not-acceptable` for one that is not among those available. This runs on every read,
 * so what most requests say is answered first.
 */
export function formatOf(request: FastifyRequest, available: readonly Format[]): Format {
  const { format } = request.query as { format?: string | string[] };
  // Given twice or empty it is JSON, which reads the query and refuses it.
  if (Array.isArray(format) || format === '') return 'json';
  if (format !== undefined) return requireFormat(format, available);
  const { accept } = request.headers;
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return 'json';
  const types = available.map((name) => FORMATS[name]);
  const type = preferredType(accept, types);
  const chosen = available.find((name) => FORMATS[name] === type);
  if (chosen === undefined) throw notAcceptable(`This operation answers in ${types.join(', ')}.`, available);
  return chosen;
}

function requireFormat(text: string, available: readonly Format[]): Format {
  const format = FORMAT_NAMES.find((name) => name === text);
  if (format === undefined)
    throw invalidParameter('format', `must be one of ${FORMAT_NAMES.join(', ')}${hint(text, [...FORMAT_NAMES])}`);
  if (available.includes(format)) return format;
  throw notAcceptable(`This operation has no format \`${format}\`; it has ${available.join(', ')}.`, available);
}

function notAcceptable(detail: string, available: readonly Format[]): Problem {
  return new Problem('not-acceptable', detail, {
    extra: { available: available.map((name) => FORMATS[name]), formats: available },
  });
}
