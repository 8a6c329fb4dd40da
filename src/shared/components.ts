/**
 * The strongly connected components of a graph: vertices that reach one another stand together, and each component
 * after those that it has edges to. `edges` lists for each vertex those that its edges lead to. (Tarjan's algorithm,
 * without recursion.)
 */
export function components(edges: readonly (readonly number[])[]): number[][] {
  const order: (number | undefined)[] = [];
  const lowest: number[] = [];
  const open: number[] = [];
  const isOpen: boolean[] = [];
  const found: number[][] = [];
  let visited = 0;
  const enter = (vertex: number): { vertex: number; next: number } => {
    order[vertex] = visited;
    lowest[vertex] = visited;
    visited += 1;
    open.push(vertex);
    isOpen[vertex] = true;
    return { vertex, next: 0 };
  };
  const leave = (vertex: number): void => {
    if (lowest[vertex] !== order[vertex]) return;
    const members = open.splice(open.lastIndexOf(vertex));
    for (const member of members) isOpen[member] = false;
    found.push(members.sort((a, b) => a - b));
  };
  for (const root of edges.keys()) {
    const trail = order[root] === undefined ? [enter(root)] : [];
    for (let at = trail.at(-1); at !== undefined; at = trail.at(-1)) {
      const target = edges[at.vertex]?.[at.next];
      at.next += 1;
      if (target === undefined) {
        trail.pop();
        leave(at.vertex);
        lower(lowest, trail.at(-1)?.vertex, lowest[at.vertex]);
      } else if (order[target] === undefined) trail.push(enter(target));
      else if (isOpen[target]) lower(lowest, at.vertex, order[target]);
    }
  }
  return found;
}

function lower(lowest: number[], vertex: number | undefined, to: number | undefined): void {
  if (vertex !== undefined && to !== undefined && to < (lowest[vertex] ?? to)) lowest[vertex] = to;
}
