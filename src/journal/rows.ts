import type { Tables } from '../db/tables/index.js';
import { NO_EARLIEST, NO_LATEST } from '../shared/edtf.js';
import { fold } from '../shared/fold.js';
import { decimalSortKey } from '../shared/money.js';
import { truncate } from '../shared/text.js';
import { cellsOfRecord } from './cells.js';
import type { Document, Edge, ProjectedMilestone, ProjectedName, Projection, RecordKind } from './kind.js';
import { occurrences } from './paths.js';
import { searchText, yearOf } from './search-text.js';
import { supportedOf } from './support.js';

export interface ProjectedRows {
  record: Record<string, string | number | null>;
  links: Tables['links']['$inferInsert'][];
  milestones: Tables['milestones']['$inferInsert'][];
  names: Tables['names']['$inferInsert'][];
  externalIds: Tables['externalIds']['$inferInsert'][];
  tags: Tables['tags']['$inferInsert'][];
  searchTexts: Tables['searchTexts']['$inferInsert'][];
  /** Roll-up cells this record counts in, as `dimension value`. */
  counted: string[];
}

/**
 * Number of the shape of all rows made here. One more with each change of it, so that a database made before is made
 * anew from its journal.
 */
export const PROJECTIONS = 8;

const LABEL_LENGTH = 200;

/**
 * All query rows of one version of a record; `textWords` are those of a stored text that is searched. Pure: `reindex` and
 * `verify` make the same rows from the journal.
 */
export function projectRows(
  kind: RecordKind,
  doc: Document,
  created: number,
  until: number | null = null,
  textWords = '',
): ProjectedRows {
  const projection = kind.project(doc);
  const edges = allEdges(kind, doc, projection);
  const dates = sortDates(projection);
  const rank = ranking();
  const edgeKind = String((kind.edgeKind && projection.columns[kind.edgeKind]) ?? '');
  const { revision, id: subject } = doc;
  const supported = supportedOf(kind, doc);
  const detail = (position: number) => ({ revision, position, subject, subjectType: kind.type, until });
  const label = truncate(fold(kind.label(doc)), LABEL_LENGTH);
  return {
    record: {
      ...{ revision, entity: subject, until, created, label },
      method: doc.method as string,
      supported,
      ...dates,
      ...projection.columns,
    },
    links: edges.map((edge, position) => ({
      ...detail(position),
      relation: edge.relation,
      role: edge.role ?? null,
      target: edge.target,
      ...heldOf(edge),
      kind: edgeKind,
      ...dates,
      rank: rank(edge),
    })),
    milestones: projection.milestones.map((milestone, position) => ({
      ...detail(position),
      ...milestoneOf(milestone),
    })),
    names: projection.names.map((name, position) => ({
      ...detail(position),
      kind: name.kind,
      value: name.value,
      folded: truncate(fold(name.value), LABEL_LENGTH),
      ...validityOf(name),
    })),
    externalIds: (doc.externalIds as { scheme: string; value: string }[]).map((externalId, position) => ({
      ...detail(position),
      ...externalId,
    })),
    tags: [...new Set(doc.tags as string[])].map((tag, position) => ({ ...detail(position), tag, ...dates })),
    searchTexts: [{ ...detail(0), ...searchText(kind, doc, projection, edges, textWords), ...dates }],
    counted: countedCells({ ...projection.counted, supported }, projection, edges),
  };
}

/** Undated records sort before everything and have no bound that a date filter could meet. */
function sortDates({ dates }: Projection): { dateFrom: number; dateTo: number } {
  if (dates === undefined) return { dateFrom: NO_EARLIEST, dateTo: NO_EARLIEST };
  return { dateFrom: dates.earliest ?? NO_EARLIEST, dateTo: dates.latest ?? NO_LATEST };
}

/** Edges without a validity have none of the four; a bound that is missing is null in the outer two only. */
function heldOf({ validity }: Edge) {
  if (validity === undefined) return { validFrom: null, validTo: null, certainFrom: null, certainTo: null };
  const { from, to, certainFrom, certainTo } = validity;
  return {
    validFrom: from === NO_EARLIEST ? null : from,
    validTo: to === NO_LATEST ? null : to,
    certainFrom,
    certainTo,
  };
}

function validityOf({ validity }: ProjectedName): { validFrom: number | null; validTo: number | null } {
  return { validFrom: validity?.earliest ?? null, validTo: validity?.latest ?? null };
}

function milestoneOf({ stage, earliest, latest, amount }: ProjectedMilestone) {
  return {
    stage,
    dateFrom: earliest ?? NO_EARLIEST,
    dateTo: latest ?? NO_LATEST,
    currency: amount?.currency ?? null,
    amountKey: amount ? decimalSortKey(amount.value) : null,
  };
}

/**
 * The edges a resource projects, those of the common fields, one to each source that is cited, and one for every other
 * reference that none of them covers.
 */
function allEdges(kind: RecordKind, doc: Document, projection: Projection): Edge[] {
  const relations = (doc.relations as { kind: string; target: string }[]).map(({ kind: relation, target }) => ({
    relation,
    target,
  }));
  const edges: Edge[] = [...projection.edges, ...relations];
  const covered = new Set(edges.map((edge) => edge.target));
  for (const { path, to } of kind.references) {
    for (const { value } of occurrences(doc, path)) {
      const target = value as string;
      const relation = to === 'source' ? 'cites' : 'refers';
      const covers = to === 'source' ? `cites ${target}` : target;
      if (covered.has(covers)) continue;
      covered.add(covers);
      edges.push({ relation, target });
    }
  }
  return edges;
}

/** Numbers edges as `links.rank` describes. */
function ranking(): (edge: Edge) => number {
  const seen = new Set<string>();
  return ({ target, relation, role }) => {
    const keys = [target, `${target} ${relation}`, `${target} ${relation} ${role ?? ''}`];
    const first = keys.findIndex((key) => !seen.has(key));
    for (const key of keys) seen.add(key);
    return first === -1 ? keys.length : first;
  };
}

/** A record without a value counts in the cell of the empty one, so that it need not be looked for. */
function countedCells(counted: Projection['counted'], projection: Projection, edges: readonly Edge[]): string[] {
  const actors = new Set(edges.map((edge) => edge.target).filter((target) => target.startsWith('actor_')));
  return cellsOfRecord([
    ...Object.entries(counted).map(([dimension, value]) => ({ dimension, value: value ?? '' })),
    { dimension: 'year', value: yearOf(projection) },
    ...(actors.size === 0 ? [''] : [...actors]).map((value) => ({ dimension: 'actor', value })),
  ]);
}
