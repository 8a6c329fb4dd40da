import type { Projection } from '../../journal/kind.js';
import { edges } from '../projection.js';

interface AreaDocument {
  label: string;
  altLabels: string[];
  broader?: string;
}

export function projectArea({ label, altLabels, broader }: AreaDocument): Projection {
  return {
    columns: { broader: broader ?? null },
    dates: undefined,
    counted: {},
    edges: edges('broader', [broader]),
    milestones: [],
    names: [label, ...altLabels].map((value) => ({ kind: 'label', value })),
  };
}
