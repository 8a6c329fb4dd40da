import type { Projection } from '../../journal/kind.js';
import { bounds, edges } from '../projection.js';

interface ClaimDocument {
  about: string;
  field?: string;
  kind: string;
  statement: string;
  attributedTo: string[];
  claimedOn?: string;
  certainty: string;
  rank: string;
  standing: string;
}

export function projectClaim(claim: ClaimDocument): Projection {
  const { kind, rank, standing, certainty, field = null } = claim;
  return {
    columns: { kind, rank, standing, certainty, field },
    dates: bounds(claim.claimedOn),
    counted: { kind },
    edges: [...edges('about', [claim.about]), ...edges('attributed-to', claim.attributedTo)],
    milestones: [],
    names: [{ kind: 'statement', value: claim.statement }],
  };
}
