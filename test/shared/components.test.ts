import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { components } from '../../src/shared/components.js';

const graph = fc
  .integer({ min: 0, max: 12 })
  .chain((size) =>
    fc.array(fc.array(fc.nat(Math.max(0, size - 1)), { maxLength: 3 }), { minLength: size, maxLength: size }),
  );

/** What can be reached from a vertex, itself included. */
function reached(edges: readonly (readonly number[])[], from: number): Set<number> {
  const found = new Set([from]);
  for (const vertex of found) for (const target of edges[vertex] ?? []) found.add(target);
  return found;
}

describe('components', () => {
  it('holds those together that reach one another, behind all that they reach', () => {
    fc.assert(
      fc.property(graph, (edges) => {
        const found = components(edges);
        expect(found.flat().sort((a, b) => a - b)).toEqual([...edges.keys()]);
        const place = new Map(found.flatMap((members, index) => members.map((member) => [member, index] as const)));
        for (const from of edges.keys()) {
          for (const to of reached(edges, from)) {
            const isCircle = reached(edges, to).has(from);
            expect(place.get(from) === place.get(to)).toBe(isCircle);
            expect(place.get(to) ?? 0).toBeLessThanOrEqual(place.get(from) ?? 0);
          }
        }
      }),
    );
  });

  it('goes as deep as it must', () => {
    const size = 100_000;
    const chain = Array.from({ length: size }, (_, index) => (index + 1 < size ? [index + 1] : []));
    expect(components(chain)[0]).toEqual([size - 1]);
    const circle = chain.map((edges, index) => (index + 1 < size ? edges : [0]));
    expect(components(circle).map(({ length }) => length)).toEqual([size]);
  });
});
