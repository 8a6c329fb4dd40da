import type { Tables } from '../db/tables/index.js';
import { dayToIso, NO_EARLIEST, NO_LATEST } from '../shared/edtf.js';
import { fold } from '../shared/fold.js';
import { decimalSortKey } from '../shared/money.js';
import type { Document, Edge, Projection, RecordKind } from './kind.js';
import { occurrences } from './paths.js';

export interface ProjectedRows {
  record: Record<string, string | number | null>;
  links: Tables['links']['$inferInsert'][];
  milestones: Tables['milestones']['$inferInsert'][];
  names: Tables['names']['$inferInsert'][];
  externalIds: Tables['externalIds']['$inferInsert'][];
  tags: Tables['tags']['$inferInsert'][];
  /** Roll-up cells this record counts in, as `dimension value`. */
  counted: string[];
}

const LABEL_LENGTH = 200;
const DAY_BEFORE_COMMON_ERA = -719528;

/** All query rows of one version of a record. Pure: `reindex` and `verify` make the same rows from the journal. */
export function projectRows(
  kind: RecordKind,
  doc: Document,
  created: number,
  until: number | null = null,
): ProjectedRows {
  const projection = kind.project(doc);
  const dateFrom = projection.dates ? (projection.dates.earliest ?? NO_EARLIEST) : NO_EARLIEST;
  const dateTo = projection.dates ? (projection.dates.latest ?? NO_LATEST) : NO_EARLIEST;
  const detail = (position: number) => ({
    revision: doc.revision,
    position,
    subject: doc.id,
    subjectType: kind.type,
    until,
  });
  const edges = allEdges(kind, doc, projection);
  const rank = ranking();
  return {
    record: {
      revision: doc.revision,
      entity: doc.id,
      until,
      created,
      label: fold(kind.label(doc)).slice(0, LABEL_LENGTH),
      method: doc.method as string,
      dateFrom,
      dateTo,
      ...projection.columns,
    },
    links: edges.map((edge, position) => ({
      ...detail(position),
      relation: edge.relation,
      role: edge.role ?? null,
      target: edge.target,
      validFrom: edge.validity?.earliest ?? null,
      validTo: edge.validity?.latest ?? null,
      kind: projection.kind,
      dateFrom,
      dateTo,
      rank: rank(edge),
    })),
    milestones: projection.milestones.map((milestone, position) => ({
      ...detail(position),
      stage: milestone.stage,
      dateFrom: milestone.earliest ?? NO_EARLIEST,
      dateTo: milestone.latest ?? NO_LATEST,
      currency: milestone.amount?.currency ?? null,
      amountKey: milestone.amount ? decimalSortKey(milestone.amount.value) : null,
    })),
    names: projection.names.map((name, position) => ({
      ...detail(position),
      kind: name.kind,
      value: name.value,
      folded: fold(name.value),
      validFrom: name.validity?.earliest ?? null,
      validTo: name.validity?.latest ?? null,
    })),
    externalIds: (doc.externalIds as { scheme: string; value: string }[]).map((id, position) => ({
      ...detail(position),
      ...id,
    })),
    tags: [...new Set(doc.tags as string[])].map((tag, position) => ({ ...detail(position), tag })),
    counted: countedCells(projection, edges),
  };
}

/** The edges a resource projects, those of the common fields, and one for every reference that none of them covers. */
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
      if (covered.has(target)) continue;
      covered.add(target);
      edges.push({ relation: to === 'source' ? 'cites' : 'refers', target });
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

function countedCells(projection: Projection, edges: readonly Edge[]): string[] {
  const cells = ['total '];
  for (const [dimension, value] of Object.entries(projection.counted)) {
    if (value !== null) cells.push(`${dimension} ${value}`);
  }
  const earliest = projection.dates?.earliest;
  if (typeof earliest === 'number' && earliest >= DAY_BEFORE_COMMON_ERA)
    cells.push(`year ${dayToIso(earliest).slice(0, -6)}`);
  const actors = new Set(edges.map((edge) => edge.target).filter((target) => target.startsWith('actor_')));
  for (const actor of actors) cells.push(`actor ${actor}`);
  return cells;
}
