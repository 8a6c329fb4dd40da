import { edgeKey, type GraphEdge } from '../journal/neighbours.js';
import type { Steps, Walk } from './walk.js';

/** Longer paths are not looked for, nor more of the same length, nor among more records. */
export const MAX_LENGTH = 6;
export const MAX_PATHS = 10;
const MAX_RECORDS = 5_000;

/** One side of the search: how far records are from its start, and by which edges they were first reached. */
interface Side {
  depths: Map<string, number>;
  from: Map<string, { id: string; edge: GraphEdge }[]>;
  level: string[];
  distance: number;
}

/** The shortest paths from one record to another, searched from both ends (breadth first). */
export async function findPaths(steps: Steps, start: string, end: string): Promise<Walk> {
  const sides: [Side, Side] = [sideOf(start), sideOf(end)];
  const [forth, back] = sides;
  let truncated = false;
  let met = start === end ? [start] : [];
  while (met.length === 0 && forth.distance + back.distance < MAX_LENGTH) {
    const isForth = forth.level.length <= back.level.length;
    const side = isForth ? forth : back;
    if (forth.level.length === 0 || back.level.length === 0) break;
    if (forth.depths.size + back.depths.size > MAX_RECORDS) {
      truncated = true;
      break;
    }
    if (!(await advance(side, steps, isForth ? undefined : 'reversed'))) truncated = true;
    const other = isForth ? back : forth;
    met = side.level.filter((id) => other.depths.has(id)).sort();
  }
  return joined(forth, back, met, truncated);
}

function sideOf(id: string): Side {
  return { depths: new Map([[id, 0]]), from: new Map(), level: [id], distance: 0 };
}

/** Takes one side a step further; false when a record had more edges than were looked at. */
async function advance(side: Side, steps: Steps, reversed: 'reversed' | undefined): Promise<boolean> {
  const next: string[] = [];
  let all = true;
  side.distance += 1;
  for (const id of side.level) {
    const found = await steps(id, reversed);
    all &&= found.all;
    for (const { edge, to } of found.steps) {
      const known = side.depths.get(to);
      if (known !== undefined && known < side.distance) continue;
      if (known === undefined) next.push(to);
      side.depths.set(to, side.distance);
      side.from.set(to, [...(side.from.get(to) ?? []), { id, edge }]);
    }
  }
  side.level = next;
  return all;
}

/** The paths through the records where both sides met. */
function joined(forth: Side, back: Side, met: readonly string[], truncated: boolean): Walk {
  const paths: string[][] = [];
  for (const middle of met) {
    for (const before of ways(forth, middle)) {
      for (const after of ways(back, middle)) {
        if (paths.length < MAX_PATHS) paths.push([...before.toReversed(), middle, ...after]);
        else truncated = true;
      }
    }
  }
  const depths = new Map(paths.flatMap((path) => path.map((id, depth) => [id, depth] as const)));
  return { depths, edges: edgesAlong(paths, [forth, back]), paths, truncated };
}

/** The records passed from one before an id to the start of its side, once for each way; at most as many as are told. */
function ways(side: Side, id: string): string[][] {
  const parents = [...new Set((side.from.get(id) ?? []).map((step) => step.id))];
  if (parents.length === 0) return [[]];
  return parents.flatMap((parent) => ways(side, parent).map((rest) => [parent, ...rest])).slice(0, MAX_PATHS + 1);
}

/** Every edge between neighbours on a path, once. */
function edgesAlong(paths: readonly string[][], sides: readonly Side[]): GraphEdge[] {
  const neighbours = new Set(
    paths.flatMap((path) => path.slice(1).flatMap((id, at) => [`${path[at]} ${id}`, `${id} ${path[at]}`])),
  );
  const edges = new Map<string, GraphEdge>();
  for (const side of sides) {
    for (const [id, found] of side.from) {
      for (const step of found) {
        if (neighbours.has(`${step.id} ${id}`)) edges.set(edgeKey(step.edge), step.edge);
      }
    }
  }
  return [...edges].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
}
