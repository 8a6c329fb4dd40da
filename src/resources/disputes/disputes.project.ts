import type { Body, Projection } from '../../journal/kind.js';
import { edges } from '../projection.js';

interface DisputeDocument {
  question: string;
  about: string[];
  positions: { claims?: string[] }[];
  status: string;
}

export function deriveDispute({ preferred }: { preferred?: string }): Body {
  return { status: preferred === undefined ? 'open' : 'resolved' };
}

export function projectDispute({ question, about, positions, status }: DisputeDocument): Projection {
  return {
    columns: { status, positions: positions.length },
    dates: undefined,
    counted: { status },
    edges: [
      ...edges('about', about),
      ...edges(
        'position',
        positions.flatMap(({ claims }) => claims ?? []),
      ),
    ],
    milestones: [],
    names: [{ kind: 'question', value: question }],
  };
}
