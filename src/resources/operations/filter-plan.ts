import { hasEdge, isIn, padded } from '../../db/conditions.js';
import type { Resolved, Wanted } from '../../db/look-up.js';
import type { Query } from '../../http/query.js';
import type { Condition, EdgeTo } from '../../journal/list.js';
import { invalidParameter } from '../../problems.js';
import { parseReference } from '../../shared/reference.js';
import {
  dateCondition,
  dateRange,
  type EdgeFilter,
  edgeCondition,
  type Filter,
  type QualifierFilter,
  requireCode,
} from '../common.filters.js';
import type { Resource } from '../resource.js';
import { splitList } from './parameters.js';
import { planValidOn, type ValidOnPlan } from './valid-on.js';

/** The filters of a request: what must be looked up first, and the predicates once that is known. */
export interface FilterPlan {
  references: Wanted[];
  resolve(found: readonly Resolved[]): { conditions: Condition[]; edges: EdgeTo[] };
}

/** The filters of a list. */
export interface ListFilterPlan extends FilterPlan {
  /** The values of each parameter that names records, with ids in place of names. */
  inIds(found: readonly Resolved[]): Map<string, string[]>;
}

/** Names of all query parameters that narrow a list of the resource. */
export function filterNames(resource: Resource): string[] {
  return [
    ...(resource.dates === undefined ? [] : ['from', 'to', 'match']),
    ...resource.filters.map(({ name }) => name),
    ...(resource.validOn === undefined ? [] : ['validOn']),
    ...(resource.filters.some((filter) => filter.sort === 'edge' && filter.spread) ? ['areaDepth'] : []),
  ];
}

/**
 * Reads the filters of a query; commas mean OR, repeated parameters AND. The filter `without` is understood like the
 * others but narrows nothing: what qualifies it stands by itself then. Raises `invalid-parameter`.
 */
export function planFilters(resource: Resource, query: Query, without?: string): ListFilterPlan {
  const wholeTree = readAreaDepth(query);
  const qualifiers = resource.filters.filter((filter): filter is QualifierFilter => filter.sort === 'qualifier');
  const then = planValidOn(resource, query);
  const conditions = [
    dateCondition(dateRange(query.get('from')?.[0], query.get('to')?.[0], query.get('match')?.[0])),
    ...resource.filters.flatMap((filter) =>
      filter.name === without ? [] : valueConditions(then?.filter(filter) ?? filter, query),
    ),
    ...qualifiers.flatMap((qualifier) =>
      query.has(qualifier.of) && qualifier.of !== without ? [] : freeQualifier(qualifier, query, then),
    ),
    then?.otherwise,
  ].filter((condition) => condition !== undefined);
  const uses = resource.filters.flatMap((filter) =>
    filter.sort === 'edge'
      ? (query.get(filter.name) ?? []).map((text) => ({ filter, refs: splitList(filter.name, text) }))
      : [],
  );
  const references = uses.flatMap(({ filter, refs }) =>
    refs.map((text) => ({
      ...{ reference: parseReference(text), type: filter.to, text, filter },
      asTree: filter.spread === 'tree' && wholeTree,
    })),
  );
  const recordsOf = (found: readonly Resolved[]) =>
    references.map(({ filter, text }, index) => recordOf(filter, text, found[index] ?? 'missing'));
  return {
    references,
    inIds(found) {
      const records = recordsOf(found);
      const values = new Map<string, string[]>();
      for (const { filter, refs } of uses) {
        const ids = records.splice(0, refs.length).map(({ id }) => id);
        values.set(filter.name, [...(values.get(filter.name) ?? []), ids.join()]);
      }
      return values;
    },
    resolve(found) {
      const records = recordsOf(found);
      const edges: EdgeTo[] = [];
      const more: Condition[] = [];
      for (const { filter, refs } of uses) {
        const named = records.splice(0, refs.length);
        if (filter.name === without) continue;
        const targets = [...new Set(named.map(({ id }) => id))];
        const asTree = named.some(({ hasNarrower }) => hasNarrower);
        const [target] = targets;
        for (const roles of rolesFor(filter, qualifiers, query)) {
          const single = targets.length === 1 && roles.length <= 1 && !asTree;
          if (single && target !== undefined) edges.push({ target, relation: filter.relation, roles });
          else more.push(edgeCondition(filter, padded(targets), roles, asTree));
          more.push(...(then?.edge(filter, padded(targets), roles) ?? []));
        }
      }
      return { conditions: [...conditions, ...more], edges };
    },
  };
}

function readAreaDepth(query: Query): boolean {
  const depth = query.get('areaDepth')?.[0];
  if (depth === undefined) return true;
  if (depth !== '0') throw invalidParameter('areaDepth', 'must be 0 when given');
  if (!query.has('area')) throw invalidParameter('areaDepth', 'needs `area` beside it', 'incomplete');
  return false;
}

function valueConditions(filter: Filter, query: Query): Condition[] {
  if (filter.sort !== 'value') return [];
  const texts = query.get(filter.name) ?? [];
  if (texts.length > 0 && filter.needs && !query.has(filter.needs)) {
    throw invalidParameter(filter.name, `needs \`${filter.needs}\` beside it`, 'incomplete');
  }
  return texts.map((text) =>
    filter.condition(filter.alternatives ? padded([...new Set(splitList(filter.name, text))]) : [text]),
  );
}

/** A role without the filter it qualifies: anybody in that role. */
function freeQualifier(qualifier: QualifierFilter, query: Query, then: ValidOnPlan | undefined): Condition[] {
  const anybody = (roles: readonly string[]): Condition => ({
    shape: `free ${qualifier.name}`,
    values: padded(roles),
    build: (t, record, _when, placeholders) => hasEdge(t, record, isIn(t.links.role, placeholders)),
  });
  return rolesOf(qualifier, query).map((roles) => then?.role(qualifier, padded(roles)) ?? anybody(roles));
}

/** The roles that qualify a filter: a list for each time the qualifier was given, one empty list without it. */
function rolesFor(filter: EdgeFilter, qualifiers: readonly QualifierFilter[], query: Query): string[][] {
  const given = qualifiers.filter(({ of }) => of === filter.name).flatMap((qualifier) => rolesOf(qualifier, query));
  return given.length === 0 ? [[]] : given;
}

/** The roles by which a query qualifies one of the filters: a list for each time that they were given. */
export function qualifyingRoles(resource: Resource, query: Query, name: string): string[][] {
  return resource.filters.flatMap((filter) =>
    filter.sort === 'qualifier' && filter.of === name ? rolesOf(filter, query) : [],
  );
}

function rolesOf(qualifier: QualifierFilter, query: Query): string[][] {
  return (query.get(qualifier.name) ?? []).map((text) => {
    const roles = splitList(qualifier.name, text);
    for (const role of roles) requireCode(qualifier.name, role, qualifier.allowed);
    return roles;
  });
}

/** The record that one value of a parameter names. Raises `invalid-parameter`. */
export function recordOf(
  filter: Pick<EdgeFilter, 'name' | 'to'>,
  text: string,
  found: Resolved,
): Exclude<Resolved, string> {
  if (found === 'missing') {
    throw invalidParameter(
      filter.name,
      `names no ${filter.to === 'any' ? 'record' : filter.to}: \`${text.slice(0, 100)}\``,
      'unknown-reference',
    );
  }
  if (found === 'ambiguous') {
    throw invalidParameter(
      filter.name,
      `could mean records of several types; write it like events/${text.slice(0, 100)}`,
      'ambiguous',
    );
  }
  return found;
}
