import type { GraphEdge } from '../journal/neighbours.js';

/** What a walk has found: how far each record is, the edges it went along, and whether it saw all. */
export interface Walk {
  depths: Map<string, number>;
  edges: GraphEdge[];
  paths?: string[][];
  truncated: boolean;
}

/** The edges of a record that a walk may take, with the other end of each; `all` is false when there are more. */
export type Steps = (
  id: string,
  reversed?: 'reversed',
) => Promise<{ steps: { edge: GraphEdge; to: string }[]; all: boolean }>;
