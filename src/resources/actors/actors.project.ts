import type { Projection } from '../../journal/kind.js';
import { bounds, edges } from '../projection.js';

interface ActorDocument {
  kind: string;
  name: string;
  names: { value: string; kind: string; validity?: string }[];
  country?: string;
  existence?: string;
  partOf?: string;
  memberships: { of: string; role: string; validity?: string }[];
  terms: { office: string; validity?: string }[];
}

export function projectActor(actor: ActorDocument): Projection {
  const { kind, country = null } = actor;
  return {
    columns: { kind, country },
    dates: bounds(actor.existence),
    counted: { kind, country },
    edges: [
      ...edges('part-of', [actor.partOf]),
      ...actor.memberships.map(({ of, role, validity }) => ({
        relation: 'member-of',
        target: of,
        role,
        validity: bounds(validity),
      })),
      ...actor.terms.map(({ office, validity }) => ({
        relation: 'term-in',
        target: office,
        validity: bounds(validity),
      })),
    ],
    milestones: [],
    names: [
      { kind: 'name', value: actor.name },
      ...actor.names.map(({ kind: nameKind, value, validity }) => ({
        kind: nameKind,
        value,
        validity: bounds(validity),
      })),
    ],
  };
}
