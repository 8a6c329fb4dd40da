import type { FastifyRequest } from 'fastify';
import type { Query } from '../../http/query.js';
import type { Condition } from '../../journal/list.js';
import { invalidParameter, Problem } from '../../problems.js';
import {
  type EdgeFilter,
  type Filter,
  type QualifierFilter,
  requireCode,
  type ValueFilter,
} from '../common.filters.js';
import type { Resource } from '../resource.js';
import {
  heldEdgeCondition,
  heldRoleCondition,
  parseDay,
  parseValidOn,
  stageCondition,
  type ValidOn,
} from '../valid-on.filters.js';
import { splitList } from './parameters.js';

/** How `validOn` changes the filters of a list. */
export interface ValidOnPlan {
  /** The filter to use in place of this one, read as of the day; undefined when the day does not matter to it. */
  filter(filter: Filter): Filter | undefined;
  /** That an edge to one of the records, in one of the roles, holds on the day; none where it does not matter. */
  edge(filter: EdgeFilter, ids: readonly string[], roles: readonly string[]): Condition[];
  /** That an edge to anybody in one of the roles holds on the day. */
  role(qualifier: QualifierFilter, roles: readonly string[]): Condition | undefined;
  /** What is asked when the query has no filter that the day matters to. */
  otherwise: Condition | undefined;
}

/** Reads `validOn` of a list. Raises `invalid-parameter`, also beside a filter with which it means nothing. */
export function planValidOn(resource: Resource, query: Query): ValidOnPlan | undefined {
  const text = query.get('validOn')?.[0];
  const spec = resource.validOn;
  if (text === undefined || spec === undefined) return undefined;
  const on = parseValidOn(text, query.get('match')?.[0] ?? 'possible');
  const qualifiers = resource.filters.filter(
    (filter): filter is QualifierFilter => filter.sort === 'qualifier' && spec.edges.includes(filter.of),
  );
  const names = qualifiers.map(({ name }) => name);
  for (const qualifier of qualifiers) {
    for (const roles of query.get(qualifier.name) ?? []) requireHeldRoles(qualifier, roles, spec.roles);
  }
  const asked = [...spec.edges, ...names, ...(spec.stage === undefined ? [] : [spec.stage])];
  return {
    filter: (filter) => (filter.sort === 'value' && filter.name === spec.stage ? asOfDay(on, filter) : undefined),
    edge: (filter, ids, roles) => (spec.edges.includes(filter.name) ? [heldEdgeCondition(on, filter, ids, roles)] : []),
    role: ({ name }, roles) => (names.includes(name) ? heldRoleCondition(on, name, roles) : undefined),
    otherwise: asked.some((name) => query.has(name)) ? undefined : spec.otherwise(on),
  };
}

function asOfDay(on: ValidOn, filter: ValueFilter): ValueFilter {
  const condition = (stages: readonly string[]) => {
    for (const stage of stages) requireCode(filter.name, stage, filter.allowed ?? []);
    return stageCondition(on, filter.name, stages);
  };
  return { ...filter, condition };
}

function requireHeldRoles({ name, allowed }: QualifierFilter, text: string, held: readonly string[] = allowed): void {
  for (const role of splitList(name, text)) {
    requireCode(name, role, allowed);
    if (held.includes(role)) continue;
    const message = `takes with \`validOn\` only what holds for a time: ${held.join(', ')}`;
    throw invalidParameter(name, `${message}; leave out \`${role}\`, or \`validOn\``, 'not-combinable');
  }
}

/** Refuses `validOn` where nothing in a record holds for a time. Raises `unknown-parameter` with the reason. */
export function refuseValidOn(resource: Resource, request: FastifyRequest): void {
  if (resource.validOn !== undefined || !Object.hasOwn(request.query as object, 'validOn')) return;
  const instead = resource.dates === undefined ? '' : `; \`from\` and \`to\` are about ${resource.dates}`;
  const message = `does not apply to ${resource.collection}, which hold nothing for a time${instead}`;
  throw new Problem('unknown-parameter', `\`validOn\` ${message}`, {
    errors: [{ in: 'query', parameter: 'validOn', code: 'unknown', message }],
  });
}

/** What `validOn` adds to one record, as JSON text after its last member. Raises `invalid-parameter`. */
export function parseOnDay(resource: Resource, text: string | undefined): ((doc: string) => string) | undefined {
  const spec = resource.validOn;
  if (text === undefined || spec === undefined) return undefined;
  const day = parseDay(text);
  return (doc) => `,"onDay":${JSON.stringify({ date: text, ...spec.view(JSON.parse(doc) as never, day) })}`;
}
