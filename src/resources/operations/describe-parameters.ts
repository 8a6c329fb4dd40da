import { z } from 'zod';
import { MAX_TERMS } from '../../shared/words.js';
import type { Filter } from '../common.filters.js';
import type { Resource } from '../resource.js';
import { facetNames, MAX_FACETS } from './facets.js';
import { formatParameters, recordFormat } from './formats/describe-formats.js';
import { MAX_HISTORY_LIMIT } from './history.js';
import { MAX_LINKS_LIMIT } from './links.js';
import { DEFAULT_LIMIT, MAX_LIMIT } from './list.js';
import { COUNT_CAP } from './list-content.js';
import { includable, MAX_SEARCH } from './parameters.js';

const SEED_REVISION = 1;

export function parameter(description: string, prefilled?: string) {
  return z
    .string()
    .optional()
    .meta({ description, ...(prefilled !== undefined && { param: { example: prefilled } }) });
}

/** A parameter that many operations have, as a component of the document. */
function shared(id: string, description: string) {
  return z.string().optional().meta({ description, param: { id } });
}

export function oneOf(values: readonly string[], description: string, prefilled?: string) {
  return z
    .enum(values as [string, ...string[]])
    .optional()
    .meta({ description, ...(prefilled !== undefined && { param: { example: prefilled } }) });
}

export const asOf = shared('AsOf', 'As it was at this revision, or at this instant (RFC 3339).');
export const cursor = shared('Cursor', '`page.next` of the page before; other parameters stay the same.');
export const limit = (max: number) =>
  z
    .int()
    .min(1)
    .max(max)
    .optional()
    .meta({
      description: `Most records on the page, 1 to ${max}; ${DEFAULT_LIMIT} when absent.`,
      param: { example: 10 },
    });

export const search = shared(
  'Search',
  `Only records with these words, in any of their texts, or that point at an actor with such a name: *Kiev* finds what points at Kyiv. All words must be there; \`"…"\` is a phrase, \`-word\` excludes, \`beg*\` begins a word. Case and accents do not matter. At most ${MAX_SEARCH} characters and ${MAX_TERMS} terms; any text is a search.`,
);

const DISPUTES = '`disputes` are also those about the record.';

const fields = shared('Fields', 'Only these fields, separated by commas; `id` is always there.');

/** Parameters of a list: its filters, then those that every list has. */
export function listQuery(resource: Resource): z.ZodObject {
  const prefilled = resource.example.list;
  const names = resource.sorts.flatMap((sort) => [sort.replace(/^-/, ''), `-${sort.replace(/^-/, '')}`]);
  const dates = {
    from: parameter(`Not before this: ${resource.dates}. EDTF, such as 2025-01.`, prefilled.from),
    to: parameter('Not after this; see `from`. EDTF.', prefilled.to),
    match: oneOf(
      ['possible', 'certain'],
      resource.validOn === undefined
        ? '`possible` (when absent): the date may lie in the range; `certain`: it must.'
        : '`possible` (when absent): the date may lie in the range, and what `validOn` asks may have been so; `certain`: it must.',
    ),
  };
  const filters = resource.filters.map(
    (filter) => [filter.name, filterParameter(filter, prefilled[filter.name])] as const,
  );
  const hasTree = resource.filters.some((filter) => filter.sort === 'edge' && filter.spread);
  return z.object({
    q: search,
    ...(resource.dates !== undefined && dates),
    ...Object.fromEntries(filters),
    ...(resource.validOn && { validOn: validOn(resource.validOn.keeps) }),
    ...(hasTree && { areaDepth: oneOf(['0'], '`0`: `area` stands for itself only, not for what is narrower.') }),
    sort: oneOf(names, `Order; \`-\` for descending. \`${resource.sorts[0]}\` when absent.`),
    limit: limit(MAX_LIMIT),
    cursor,
    fields,
    include: parameter(
      `Also give the records referred to: some of ${includable(resource).join(', ')}, separated by commas. ${DISPUTES}`,
    ),
    facets: parameter(
      `Also count the records by some of ${facetNames(resource).join(', ')}, separated by commas; at most ${MAX_FACETS}. Each honours all filters but that of its own name.${resource.dates === undefined ? '' : ' `year` is the first year that the date may begin in.'}`,
    ),
    count: oneOf(
      ['none', 'exact', 'capped'],
      `Also count all that fit; \`capped\` stops at ${COUNT_CAP.toLocaleString('en')}.`,
    ),
    asOf,
    ...formatParameters(resource),
  });
}

function validOn(keeps: string) {
  return parameter(`What was so in the world on this day, a single EDTF date such as \`2024-10-01\`. ${keeps}`);
}

function filterParameter(filter: Filter, prefilled: string | undefined) {
  const allowed =
    'allowed' in filter && filter.allowed !== undefined
      ? ` One of ${filter.allowed.map((code) => `\`${code}\``).join(', ')}.`
      : '';
  return parameter(`${filter.description}${allowed} For example \`${filter.example}\`.`, prefilled);
}

export function readQueryParameters(resource: Resource): z.ZodObject {
  return z.object({
    asOf,
    ...(resource.validOn && { validOn: validOn('Also gives `onDay`, derived from the record.') }),
    fields,
    include: parameter(`Also give the records referred to: some of ${includable(resource).join(', ')}. ${DISPUTES}`),
    format: recordFormat,
  });
}

export const pageQuery = z.object({ limit: limit(MAX_HISTORY_LIMIT), cursor });

export const linksQuery = z.object({
  direction: oneOf(['out', 'in', 'both'], 'Edges from the record, to it, or `both` (when absent).'),
  relation: parameter('Only edges of this relation, such as `participant`.'),
  limit: limit(MAX_LINKS_LIMIT),
  cursor,
  asOf,
});

/** The path parameter, with the seed and the record of the create example to choose from; the given one comes first. */
export function refParameter(resource: Resource, first: 'seed' | 'example'): z.ZodObject {
  const seed = { summary: 'A seed', value: resource.example.slug };
  const example = { summary: `What the example of create${resource.name} makes`, value: resource.example.create.slug };
  return z.object({
    ref: z
      .string()
      .max(500)
      .meta({
        description: 'Id, slug or `{scheme}:{value}` of an external id.',
        param: { examples: first === 'seed' ? { seed, example } : { example, seed } } as never,
      }),
  });
}

export function externalIdParameters(resource: Resource, first: 'seed' | 'example'): z.ZodObject {
  const example = { scheme: 'example', value: `${resource.type}-${SEED_REVISION}` };
  const chosen = first === 'seed' ? resource.example.external : example;
  return z.object({
    scheme: z
      .string()
      .max(80)
      .meta({ description: 'Who gives the identifier.', param: { example: chosen.scheme } }),
    value: z
      .string()
      .max(200)
      .meta({ description: 'The identifier.', param: { example: chosen.value } }),
  });
}
