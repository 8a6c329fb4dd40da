import type { RecordTables } from '../db/tables/index.js';
import type { InputError } from '../problems.js';
import type { ResourceType } from '../shared/ids.js';
import type { Span } from '../shared/span.js';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The fields of a record that clients write, in schema order, with references as ids. */
export type Body = { [field: string]: Json };

/** What GET returns: id, slug, body, derived fields and the fields that the journal manages. */
export type Document = Body & {
  id: string;
  slug: string;
  version: number;
  revision: number;
  createdAt: string;
  updatedAt: string;
};

/** Where references stand in a body: object keys, `*` for each item of an array. */
export interface ReferencePath {
  path: readonly string[];
  to: ResourceType | 'any';
}

/** An edge from the projected record to another; its validity is undefined when nothing is said of it. */
export interface Edge {
  relation: string;
  target: string;
  role?: string | undefined;
  validity?: Span | undefined;
}

export interface ProjectedMilestone {
  stage: string;
  earliest: number | null;
  latest: number | null;
  amount?: { value: string; currency: string } | undefined;
}

export interface ProjectedName {
  kind: string;
  value: string;
  validity?: { earliest: number | null; latest: number | null } | undefined;
}

/** What a document looks like to queries. Pure: made from the document alone. */
export interface Projection {
  /** The typed columns of this resource's own table. */
  columns: Readonly<Record<string, string | number | null>>;
  /** Dates that `from`, `to` and the date sort look at, as day numbers; null without a bound. */
  dates: { earliest: number | null; latest: number | null } | undefined;
  /** Values that roll-ups count, beside total, year and actors. */
  counted: Readonly<Record<string, string | null>>;
  edges: readonly Edge[];
  milestones: readonly ProjectedMilestone[];
  names: readonly ProjectedName[];
}

/** A broken invariant; `pointer` is a JSON Pointer into the body. */
export type Violation = Pick<InputError, 'code' | 'message'> & { pointer: string };

/** Questions that a rule may ask about other records, answered inside the write. */
export interface RuleContext {
  /** Id of the record being written. */
  id: string;
  /** Ids of the areas above an area, nearest first. */
  broaderAreas(area: string): Promise<string[]>;
}

/**
 * What a record takes over from a duplicate that is merged into it, beside its external ids, citations, relations and
 * tags: what leaves all that the record itself says as it is.
 */
export interface TakenOver {
  /** Fields that are lists, whose entries stand each for itself. */
  lists: readonly string[];
  /** The list that keeps what the duplicate was called, the fields that called it so, and the entry for one such name. */
  names?: { field: string; from: readonly string[]; entry(name: string): Json };
}

/** What the journal must know of a resource; the resource folder supplies it. */
export interface RecordKind {
  type: ResourceType;
  /** The collection's name in paths; also its table. */
  collection: keyof RecordTables;
  /** The column whose value edges carry along, so that lists by edge and kind need one index. */
  edgeKind: 'kind' | 'status' | undefined;
  /** Words that are paths of their own and so can be no slug. */
  reservedSlugs: readonly string[];
  references: readonly ReferencePath[];
  /** Paths of the objects that are citations. */
  citations: readonly (readonly string[])[];
  /** Fields that say something of the world, so that a source can bear them out. */
  stated: readonly string[];
  /** Paths of the texts that are searched. */
  prose: readonly (readonly string[])[];
  /** Checks a body and fills in defaults. Raises `invalid-request` naming every field that is wrong. */
  parse(input: unknown): Body;
  label(body: Body): string;
  /** Derived fields in their order; empty when the resource has none. */
  derive(body: Body): Body;
  /** Fields of the server that go on from version to version until an operation of their own changes them. */
  kept: readonly string[];
  project(document: Document): Projection;
  violations(body: Body, context: RuleContext): Promise<Violation[]> | Violation[];
  takesOver: TakenOver;
}

export type Kinds = ReadonlyMap<ResourceType, RecordKind>;
