/** An edge as the links table has it; days that it may, and that it must hold on, undefined without a validity. */
export interface NaiveEdge {
  id: string;
  source: string;
  target: string;
  relation: string;
  role: string | null;
  may: Days | undefined;
  must: Days | undefined;
}

type Days = readonly [from: number, to: number];

export interface NaiveFilter {
  direction: string;
  relations?: readonly string[] | undefined;
  roles?: readonly string[] | undefined;
  types?: readonly string[] | undefined;
  held?: { match: string; first: number; last: number } | undefined;
}

export interface Step {
  to: string;
  edge: NaiveEdge;
}

const typeOf = (id: string) => id.slice(0, id.indexOf('_'));

/** Whether an edge counts, whatever is at its ends. */
export function counts({ relation, role, may, must }: NaiveEdge, { relations, roles, held }: NaiveFilter): boolean {
  if (relations && !relations.includes(relation)) return false;
  if (roles && !roles.includes(role ?? '')) return false;
  if (held === undefined || may === undefined || must === undefined) return true;
  if (may[0] > may[1]) return false;
  const [from, to] = held.match === 'certain' ? must : may;
  return from <= held.last && to >= held.first;
}

/** All that may be gone along from each record; the starts may be gone to whatever their type is. */
export function stepsOf(
  edges: readonly NaiveEdge[],
  filter: NaiveFilter,
  starts: readonly string[],
): Map<string, Step[]> {
  const { direction, types } = filter;
  const steps = new Map<string, Step[]>();
  const add = (at: string, to: string, edge: NaiveEdge) => {
    if (types === undefined || types.includes(typeOf(to)) || starts.includes(to))
      steps.set(at, [...(steps.get(at) ?? []), { to, edge }]);
  };
  for (const edge of edges) {
    if (!counts(edge, filter)) continue;
    if (direction !== 'in') add(edge.source, edge.target, edge);
    if (direction !== 'out') add(edge.target, edge.source, edge);
  }
  return steps;
}

/** Every record within some steps with its distance, and the ids of the edges that lead there. */
export function naiveAround(steps: ReadonlyMap<string, Step[]>, starts: readonly string[], depth: number) {
  const depths = new Map(starts.map((id) => [id, 0]));
  const edges = new Set<string>();
  for (let distance = 1; distance <= depth; distance += 1) {
    for (const [id, at] of [...depths]) {
      if (at !== distance - 1) continue;
      for (const { to, edge } of steps.get(id) ?? []) {
        edges.add(edge.id);
        if (!depths.has(to)) depths.set(to, distance);
      }
    }
  }
  return { depths, edges };
}

/** All shortest paths of at most six steps. */
export function naivePaths(steps: ReadonlyMap<string, Step[]>, start: string, end: string): string[][] {
  const { depths } = naiveAround(steps, [start], 6);
  const length = depths.get(end);
  if (length === undefined) return [];
  // From the end back, so that only what leads there is gone along.
  const before = new Map<string, Set<string>>();
  for (const [id, found] of steps)
    for (const { to } of found)
      if (depths.get(to) === (depths.get(id) ?? Number.NaN) + 1)
        before.set(to, (before.get(to) ?? new Set<string>()).add(id));
  let paths = [[end]];
  for (let back = 0; back < length; back += 1)
    paths = paths.flatMap((path) => [...(before.get(path[0] ?? '') ?? [])].map((id) => [id, ...path]));
  return paths;
}
