import type { Document, Json } from '../../../journal/kind.js';
import { typeOfId } from '../../../shared/ids.js';
import type { Resource } from '../../resource.js';
import { type DocumentPlace, placeOf, type Rendering } from './rendering.js';

/** One column of a flattened record. */
export interface Column {
  name: string;
  /** The field of the representation that it is made of. */
  field: string;
  isNumber: boolean;
  /** Undefined when there is nothing to say. */
  value(document: Document, names: Rendering['names']): Json | undefined;
}

type Names = Rendering['names'];
type Entry = { [field: string]: Json };
type Write = (entry: Json, names: Names) => string;

/** Stands between the entries of a list. */
export const SEPARATOR = '; ';

/** A field as it is: text, number, truth. */
const plain = (field: string, name = field): Column => ({
  ...{ name, field, isNumber: false },
  value: (document) => document[field],
});
const number = (field: string): Column => ({ ...plain(field), isNumber: true });

const slug: Write = (id, names) => names.get(id as string)?.slug ?? (id as string);
/** Where records of any type may stand: the slug behind its collection. */
const path: Write = (id, names) => `${typeOfId(id as string)}s/${slug(id, names)}`;
const asIs: Write = (entry) => entry as string;

const reference = (field: string, write = slug): Column => ({
  ...plain(field),
  value: (document, names) => (document[field] === undefined ? undefined : write(document[field], names)),
});

const list = (field: string, write: Write, name = field): Column => ({
  ...plain(field, name),
  value: (document, names) => {
    const entries = document[field] as Json[] | undefined;
    return entries === undefined || entries.length === 0
      ? undefined
      : [...new Set(entries.map((entry) => write(entry, names)))].join(SEPARATOR);
  },
});

/** A member of an object field. */
const member = (field: string, key: string, name: string, isNumber = false): Column => ({
  ...{ name, field, isNumber },
  value: (document) => (document[field] as Entry | undefined)?.[key],
});

const ofPlace = (key: keyof DocumentPlace, name: string, isNumber = false): Column => ({
  ...{ name, field: 'place', isNumber },
  value: (document) => placeOf(document)?.[key],
});

/** `slug (what, when)`, without what is absent. */
function noted(id: Json | undefined, notes: (Json | undefined)[], names: Names): string {
  const said = notes.filter((note) => note !== undefined);
  return said.length === 0 ? slug(id ?? '', names) : `${slug(id ?? '', names)} (${said.join(', ')})`;
}

const entry =
  (write: (entry: Entry, names: Names) => string): Write =>
  (value, names) =>
    write(value as Entry, names);

const identity: readonly Column[] = [plain('id'), plain('slug')];

const common: readonly Column[] = [
  list(
    'relations',
    entry(({ kind, target }, names) => `${kind} ${path(target ?? '', names)}`),
  ),
  list(
    'citations',
    entry(({ source }, names) => slug(source ?? '', names)),
    'sources',
  ),
  list(
    'externalIds',
    entry(({ scheme, value }) => `${scheme}:${value}`),
  ),
  list('tags', asIs),
  plain('method'),
  plain('notes'),
  list(
    'acknowledgements',
    entry(({ finding, reason }) => `${finding}: ${reason}`),
  ),
  number('version'),
  number('revision'),
  plain('createdAt'),
  plain('updatedAt'),
];

const place: readonly Column[] = [
  ofPlace('name', 'placeName'),
  ofPlace('country', 'placeCountry'),
  ofPlace('latitude', 'latitude', true),
  ofPlace('longitude', 'longitude', true),
  ofPlace('online', 'online'),
];

const stages = list(
  'milestones',
  entry(({ stage, on }) => `${stage} ${on}`),
);

const json = (value: Json) => (typeof value === 'string' ? value : JSON.stringify(value));

const own: Readonly<Record<Resource['collection'], readonly Column[]>> = {
  events: [
    ...[plain('kind'), plain('title'), plain('summary'), plain('date'), plain('earliest'), plain('latest')],
    ...[plain('status'), plain('previousDate'), ...place],
    list(
      'participants',
      entry(({ actor, role }, names) => noted(actor, [role], names)),
    ),
    list('areas', slug),
    list(
      'coding',
      entry(({ scheme, code }) => `${scheme}:${code}`),
    ),
  ],
  actors: [
    ...[plain('kind'), plain('name')],
    list(
      'names',
      entry(({ value }) => value as string),
    ),
    ...[plain('country'), plain('description'), plain('existence'), reference('partOf')],
    list(
      'memberships',
      entry(({ of, role, validity }, names) => noted(of, [role, validity], names)),
    ),
    list(
      'terms',
      entry(({ office, validity }, names) => noted(office, [validity], names)),
    ),
  ],
  agreements: [
    ...[plain('title'), plain('officialTitle'), list('altTitles', asIs), plain('summary'), plain('legalForm')],
    ...[plain('bindingness'), plain('status'), plain('signedOn'), plain('ratificationRequired'), plain('duration')],
    ...[plain('noticePeriod'), plain('openForAccession')],
    list(
      'parties',
      entry(({ actor, role }, names) => noted(actor, [role], names)),
    ),
    ...[stages, list('areas', slug), ...place],
  ],
  commitments: [
    ...[plain('statement'), plain('kind'), plain('stage'), plain('bindingness'), list('promisors', slug)],
    ...[list('beneficiaries', slug), reference('agreement'), reference('event'), list('areas', slug)],
    ...[plain('conditions'), plain('period'), plain('dueOn'), member('amount', 'value', 'amountValue', true)],
    ...[member('amount', 'currency', 'amountCurrency'), member('amount', 'qualifier', 'amountQualifier')],
    ...[member('amount', 'basis', 'amountBasis'), stages],
    list(
      'assessments',
      entry(({ assessor, value, on }, names) => noted(assessor, [value, on], names)),
    ),
    reference('restates'),
  ],
  areas: [plain('label'), plain('definition'), list('altLabels', asIs), reference('broader'), plain('notation')],
  sources: [
    ...[plain('title'), plain('kind'), plain('url'), plain('publisher'), plain('publishedOn'), plain('retrievedAt')],
    ...[plain('language'), plain('licence'), plain('reliability'), plain('standing'), plain('textSha256')],
    number('textLength'),
  ],
  claims: [
    ...[reference('about', path), plain('field')],
    { ...plain('value'), value: ({ value }) => (value === undefined ? undefined : json(value)) },
    ...[plain('kind'), plain('statement'), list('attributedTo', slug), plain('attribution'), plain('claimedOn')],
    ...[plain('certainty'), plain('credibility'), plain('rank'), plain('standing')],
  ],
  disputes: [
    ...[plain('question'), list('about', path), plain('status')],
    list(
      'positions',
      entry(({ key, statement }) => `${key}: ${statement}`),
    ),
    ...[plain('preferred'), plain('confidence'), plain('assessment')],
  ],
};

/** The columns of a collection, in their order; only those of some fields, and `id`, when these are given. */
export function columnsOf(collection: Resource['collection'], fields?: readonly string[]): readonly Column[] {
  const columns = [...identity, ...own[collection], ...common];
  return fields === undefined ? columns : columns.filter(({ field }) => field === 'id' || fields.includes(field));
}
