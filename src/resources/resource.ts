import { z } from 'zod';
import type { Body, Projection, RecordKind, RuleContext, TakenOver, Violation } from '../journal/kind.js';
import type { ResourceType } from '../shared/ids.js';
import type { Filter } from './common.filters.js';
import { EDITORIAL, idOf, keptOfAll, managed, RESERVED_SLUGS, slugField } from './common.schema.js';
import { parseBody } from './parse.js';
import { schemaPaths } from './schema-paths.js';
import type { ValidOnSpec } from './valid-on.js';

export type SortName = 'date' | 'label' | 'created' | 'updated';

/** Everything a resource is: the eight folders each supply one, and all else is written once. */
export interface ResourceSpec {
  type: ResourceType;
  /** Name of the collection in paths, and of its table. */
  collection: RecordKind['collection'];
  /** Name in operation ids and schemas: `Event`. */
  name: string;
  /** One sentence on what a record of it is. */
  description: string;
  /** What clients write, in the order in which it is shown. */
  fields: z.ZodRawShape;
  /** What the server works out from it. */
  derived?: z.ZodRawShape;
  /** What the server keeps with it until an operation of its own changes it. */
  kept?: z.ZodRawShape;
  /** Fields that say what we make of the record, beside those of every resource: no source can bear them out. */
  editorial?: readonly string[];
  /** Words that are paths below the collection and so can be no slug, beside those of every resource. */
  reservedSlugs?: readonly string[];
  /** Values of fields that a body may leave out, beside empty lists and `method`. */
  defaults?: Readonly<Record<string, string>>;
  /** The typed column whose value edges of this resource carry along. */
  edgeKind?: 'kind' | 'status';
  /** Field that names the record to people. */
  label: string;
  derive?: (body: never) => Body;
  project: (document: never) => Projection;
  violations?: (body: never, context: RuleContext) => Violation[] | Promise<Violation[]>;
  /** What it takes over from a duplicate beside what every resource does. */
  takesOver?: Partial<TakenOver>;
  filters: readonly Filter[];
  /** Sorts of its list; the first is the default, with `-` for descending. */
  sorts: readonly [`-${SortName}` | SortName, ...SortName[]];
  /** Whether `from` and `to` apply, and to what. */
  dates?: string;
  /** What `validOn` means for it; absent where nothing in it holds for a time. */
  validOn?: ValidOnSpec;
  /** What the examples of the API description use. */
  example: ResourceExample;
}

export interface ResourceExample {
  /** Slug of a seed. */
  slug: string;
  /** Query parameters prefilled in Swagger UI for the list. */
  list: Readonly<Record<string, string>>;
  /** An external id of a seed. */
  external: { scheme: string; value: string };
  /** A body that can be created as it stands. */
  create: Body;
  /** A merge patch for it. */
  patch: Body;
}

export interface Resource extends Omit<ResourceSpec, 'derive' | 'project' | 'violations' | 'takesOver'> {
  /** What GET returns. */
  representation: z.ZodObject;
  /** What POST and PUT take. */
  input: z.ZodObject;
  kind: RecordKind;
}

/** Ties a resource's parts together. */
export function defineResource(given: ResourceSpec): Resource {
  const reservedSlugs = [...RESERVED_SLUGS, ...(given.reservedSlugs ?? [])];
  const spec = { ...given, fields: { ...given.fields, slug: slugField(reservedSlugs) } };
  const editorial = [...EDITORIAL, ...(given.editorial ?? [])];
  const kept = { ...spec.kept, ...keptOfAll };
  const derived = { ...spec.derived, ...kept };
  const representation = z
    .object({ id: idOf(spec.type), ...spec.fields, ...derived, ...managed })
    .meta({ id: spec.name, description: spec.description });
  const { references, citations, prose } = schemaPaths(z.object(spec.fields));
  const input = inputSchema(spec, { id: idOf(spec.type), ...derived, ...managed });
  const kind: RecordKind = {
    type: spec.type,
    collection: spec.collection,
    edgeKind: spec.edgeKind,
    reservedSlugs,
    references,
    citations,
    stated: Object.keys(given.fields).filter((field) => !editorial.includes(field)),
    prose,
    parse: (value) => parseBody(input, Object.keys(spec.fields), value),
    label: (body) => body[spec.label] as string,
    derive: (body) => spec.derive?.(body as never) ?? {},
    kept: Object.keys(kept),
    project: (document) => spec.project(document as never),
    violations: (body, context) => spec.violations?.(body as never, context) ?? [],
    takesOver: { lists: [], ...spec.takesOver },
  };
  return { ...spec, representation, input, kind };
}

/**
 * A strict object over the writable fields. Fields of the server may be present, so that what GET gave can be PUT
 * back, and are ignored; any other field is an error.
 */
function inputSchema(spec: ResourceSpec, ignored: z.ZodRawShape): z.ZodObject {
  const defaults: Readonly<Record<string, string>> = { method: 'curated', ...spec.defaults };
  const shape: Record<string, z.ZodType> = {};
  for (const [field, schema] of Object.entries(spec.fields as Record<string, z.ZodType>)) {
    if (field in defaults) shape[field] = schema.default(defaults[field]);
    else if (field === 'slug') shape[field] = schema.optional();
    else if (schema instanceof z.ZodArray && schema.safeParse([]).success) shape[field] = schema.default([]);
    else shape[field] = schema;
  }
  for (const [field, schema] of Object.entries(ignored as Record<string, z.ZodType>)) {
    const description = `${schema.meta()?.description ?? ''} Set by the server; ignored on input.`.trim();
    shape[field] = z.unknown().optional().meta({ description, readOnly: true });
  }
  return z
    .strictObject(shape)
    .meta({ id: `${spec.name}Input`, description: `${spec.description} As written by a client.` });
}
