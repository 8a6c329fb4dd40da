import type { Document } from '../../src/journal/kind.js';
import { resources } from '../../src/resources/index.js';
import type { AnyJson } from './client.js';
import type { Query } from './naive.js';
import { naiveSupported } from './naive-support.js';

/** The values that a document counts under; `query` holds the roles that they must have. */
type ValuesOf = (doc: AnyJson, query: Query) => (string | null | undefined)[];

const field =
  (name: string): ValuesOf =>
  (doc) =>
    [doc[name]].flat();
/** Ids of a type anywhere in the document, its own left out. */
const mentioned =
  (type: string): ValuesOf =>
  ({ id, ...doc }) =>
    JSON.stringify(doc).match(new RegExp(`${type}_[0-9a-z]{26}`, 'g')) ?? [];

/** Ids under which an entry stands for each list of roles that the query gives. */
function inRoles(entries: readonly { id: string; role: string }[], query: Query): string[] {
  const lists = query.filter(([name]) => name === 'role').map(([, value]) => value.split(','));
  return entries
    .map(({ id }) => id)
    .filter((id) => lists.every((list) => entries.some((entry) => entry.id === id && list.includes(entry.role))));
}

/** The year that a date may begin in, of documents of any type. */
const year =
  (collection: string): ValuesOf =>
  (doc) => {
    const kind = resources.find((each) => each.collection === collection)?.kind;
    const earliest = kind?.project(doc as Document).dates?.earliest;
    if (earliest == null) return [];
    const number = new Date(earliest * 86_400_000).getUTCFullYear();
    if (Math.abs(number) > 9999) return [`Y${number}`];
    return [`${number < 0 ? '-' : ''}${String(Math.abs(number)).padStart(4, '0')}`];
  };

const fields = (...names: string[]) => Object.fromEntries(names.map((name) => [name, field(name)]));
const everywhere = (collection: string) => ({
  ...{ ...fields('method'), tag: field('tags'), source: mentioned('source') },
  supported: ((doc) => [naiveSupported(collection, doc)]) satisfies ValuesOf,
});

/** Every facet of every resource, worked out on the document from nothing but the contract. */
export const FACET_VALUES: Readonly<Record<string, Readonly<Record<string, ValuesOf>>>> = {
  events: {
    ...fields('kind', 'status'),
    country: ({ place }) => [place?.country],
    actor: (event, query) =>
      query.some(([name]) => name === 'role')
        ? inRoles(
            event.participants.map(({ actor: id, role }: AnyJson) => ({ id, role })),
            query,
          )
        : mentioned('actor')(event, query),
    onBehalfOf: ({ participants }) => participants.map(({ onBehalfOf }: AnyJson) => onBehalfOf),
    area: field('areas'),
    agreement: mentioned('agreement'),
    ...everywhere('events'),
    year: year('events'),
  },
  actors: {
    ...fields('kind', 'country', 'partOf'),
    memberOf: ({ memberships }, query) =>
      inRoles(
        memberships.map(({ of: id, role }: AnyJson) => ({ id, role })),
        query,
      ),
    holds: ({ terms }) => terms.map(({ office }: AnyJson) => office),
    ...everywhere('actors'),
    year: year('actors'),
  },
  agreements: {
    ...fields('legalForm', 'bindingness', 'status'),
    party: ({ parties }, query) =>
      inRoles(
        parties.map(({ actor: id, role }: AnyJson) => ({ id, role })),
        query,
      ),
    actor: mentioned('actor'),
    area: field('areas'),
    agreement: mentioned('agreement'),
    ...everywhere('agreements'),
    year: year('agreements'),
  },
  commitments: {
    ...fields('kind', 'stage', 'bindingness'),
    promisor: field('promisors'),
    beneficiary: field('beneficiaries'),
    actor: mentioned('actor'),
    agreement: mentioned('agreement'),
    area: field('areas'),
    currency: ({ amount }) => [amount?.currency],
    ...everywhere('commitments'),
    year: year('commitments'),
  },
  areas: { ...fields('broader'), ...everywhere('areas') },
  sources: { ...fields('kind', 'language', 'standing'), ...everywhere('sources'), year: year('sources') },
  claims: {
    ...fields('field', 'kind', 'certainty', 'rank', 'standing'),
    attributedTo: field('attributedTo'),
    actor: mentioned('actor'),
    ...everywhere('claims'),
    year: year('claims'),
  },
  disputes: {
    ...fields('status'),
    actor: mentioned('actor'),
    agreement: mentioned('agreement'),
    ...everywhere('disputes'),
  },
};

/** A facet over documents, each counted by itself; values are not named. */
export function naiveFacet(collection: string, name: string, docs: readonly AnyJson[], query: Query = []) {
  const counts = new Map<string, number>();
  let missing = 0;
  for (const doc of docs) {
    const values = new Set(FACET_VALUES[collection]?.[name]?.(doc, query).filter((value) => value != null));
    if (values.size === 0) missing += 1;
    for (const value of values) counts.set(value as string, (counts.get(value as string) ?? 0) + 1);
  }
  const values = [...counts].map(([value, count]) => ({ value, count }));
  values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return {
    counts: 'records',
    values: values.slice(0, 50),
    distinct: values.length,
    truncated: values.length > 50,
    missing,
  };
}
