import type { Reader } from '../db/store.js';
import type { Task } from '../journal/analysis.js';
import type { EdgeFilter } from '../journal/edge-filter.js';
import { type RecordName, readNames } from '../journal/names.js';
import { edgeKey, edgesFrom, edgesTo, type GraphEdge } from '../journal/neighbours.js';
import { readDocuments } from '../journal/read.js';
import { presentOr } from '../resources/operations/present.js';
import { dayToIso } from '../shared/edtf.js';
import { type ResourceType, typeOfId } from '../shared/ids.js';
import { findPaths } from './paths.js';
import type { Steps, Walk } from './walk.js';

export const DIRECTIONS = ['both', 'out', 'in'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface GraphArgs extends Omit<EdgeFilter, 'asOf'> {
  /** Ids to start from; with `paths` exactly two. */
  of: readonly string[];
  paths: boolean;
  depth: number;
  direction: Direction;
  /** Most nodes of a neighbourhood. */
  limit: number;
  /** The revision that the answer is of. */
  revision: number;
}

export interface GraphNode extends RecordName {
  type: string;
  /** Steps from the nearest start. */
  depth: number;
}

export interface ShownEdge {
  id: string;
  source: string;
  target: string;
  relation: string;
  role?: string;
  /** Null when it never held. */
  validity?: { earliest: string | null; latest: string | null } | null;
}

export interface Graph {
  nodes: GraphNode[];
  edges: ShownEdge[];
  /** With `paths`: the ids along each of the shortest paths. */
  paths?: string[][];
  /** Whether something was left out: nodes beyond the limit, or edges of a record that has very many. */
  truncated: boolean;
}

/** Records around some others, or the shortest paths between two. */
export const GRAPH: Task<GraphArgs, Graph> = {
  name: 'graph',
  async run(reader, args) {
    const asOf = await presentOr(reader, args.revision);
    const found = await walk(reader, args, asOf);
    const names = await readNames(reader, [...found.depths.keys()], asOf);
    const nodes = [...found.depths].flatMap(([id, depth]) => {
      const name = names.get(id);
      return name === undefined ? [] : [{ id, ...name, type: typeOfId(id) ?? '', depth }];
    });
    const { paths, truncated } = found;
    return { nodes, edges: found.edges.map(shown), ...(paths && { paths }), truncated };
  },
};

/** Starts that do not exist at the revision lead nowhere. */
async function walk(reader: Reader, args: GraphArgs, asOf: number | undefined): Promise<Walk> {
  const present = await readNames(reader, args.of, asOf);
  const of = args.of.filter((id) => present.has(id));
  const steps = stepper(reader, { ...args, of }, asOf);
  if (!args.paths) return around(steps, { ...args, of });
  const [start, end] = of;
  if (start === undefined || end === undefined) return { depths: new Map(), edges: [], paths: [], truncated: false };
  return findPaths(steps, start, end);
}

/** Edges that are looked at of one record: of one that has more, the first out, and the latest in of each type. */
const EDGES_PER_RECORD = 1_000;

/** Edges that are looked at for one neighbourhood, give or take those of one record. */
const MAX_EDGES = 100_000;

function stepper(reader: Reader, args: GraphArgs, asOf: number | undefined): Steps {
  const { of, direction, relations, roles, types, held } = args;
  // Starts may be gone to whatever their type is.
  const filter: EdgeFilter = { relations, roles, types: types && withTypesOf(of, types), held, asOf };
  const wanted = (id: string) => {
    const type = typeOfId(id);
    return types === undefined || of.includes(id) || (type !== undefined && types.includes(type));
  };
  const existing = existence(reader, asOf);
  return async (id, reversed) => {
    const goes = (way: 'out' | 'in') => direction === 'both' || (direction === way) === (reversed === undefined);
    const out = goes('out') ? await edgesFrom(reader, id, filter, EDGES_PER_RECORD) : [];
    const into = goes('in') ? await edgesTo(reader, id, filter, EDGES_PER_RECORD) : { edges: [], all: true };
    const steps = [
      ...out.map((edge) => ({ edge, to: edge.target })),
      ...into.edges.map((edge) => ({ edge, to: edge.source })),
    ];
    const there = await existing(steps.map(({ to }) => to));
    return {
      steps: steps.filter(({ to }) => wanted(to) && there(to)),
      all: out.length < EDGES_PER_RECORD && into.all,
    };
  };
}

/** Tells what exists. Records that were written together may point at one that a revision between them has not yet. */
function existence(reader: Reader, asOf: number | undefined) {
  const known = new Map<string, boolean>();
  return async (ids: readonly string[]): Promise<(id: string) => boolean> => {
    if (asOf === undefined) return () => true;
    const unknown = [...new Set(ids)].filter((id) => !known.has(id));
    for (const id of unknown) known.set(id, false);
    for (const { id } of await readDocuments(reader, unknown, asOf)) known.set(id, true);
    return (id) => known.get(id) === true;
  };
}

function withTypesOf(ids: readonly string[], types: readonly ResourceType[]): ResourceType[] {
  return [...new Set([...types, ...ids.flatMap((id) => typeOfId(id) ?? [])])];
}

/** Breadth first: records in the order in which they are met, as long as there is room. */
async function around(steps: Steps, { of, depth, limit }: GraphArgs): Promise<Walk> {
  const walk: Walk = { depths: new Map(of.map((id) => [id, 0])), edges: [], truncated: false };
  const known = new Set<string>();
  let level = [...walk.depths.keys()];
  let seen = 0;
  for (let distance = 1; distance <= depth && level.length > 0; distance += 1) {
    const next: string[] = [];
    for (const id of level) {
      if (seen > MAX_EDGES) return { ...walk, truncated: true };
      const found = await steps(id);
      seen += found.steps.length;
      if (!found.all) walk.truncated = true;
      for (const { edge, to } of found.steps) {
        if (!walk.depths.has(to)) {
          if (walk.depths.size >= limit) {
            walk.truncated = true;
            continue;
          }
          walk.depths.set(to, distance);
          next.push(to);
        }
        const key = edgeKey(edge);
        if (!known.has(key)) walk.edges.push(edge);
        known.add(key);
      }
    }
    level = next;
  }
  return walk;
}

function shown(edge: GraphEdge): ShownEdge {
  const { source, target, relation, role, validFrom, validTo } = edge;
  return {
    ...{ id: edgeKey(edge), source, target, relation },
    ...(role !== null && { role }),
    ...((validFrom !== null || validTo !== null) && { validity: period(validFrom, validTo) }),
  };
}

function period(first: number | null, last: number | null): NonNullable<ShownEdge['validity']> | null {
  if (first !== null && last !== null && first > last) return null;
  const bound = (day: number | null) => (day === null ? null : dayToIso(day));
  return { earliest: bound(first), latest: bound(last) };
}
