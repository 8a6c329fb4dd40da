import type { Projection } from '../../journal/kind.js';
import { bounds, edges, heldColumns, span } from '../projection.js';

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
    columns: { kind, country, ...heldColumns(span(actor.existence)) },
    dates: bounds(actor.existence),
    counted: { kind, country },
    edges: [
      ...edges('part-of', [actor.partOf]),
      ...actor.memberships.map(({ of, role, validity }) => ({
        relation: 'member-of',
        target: of,
        role,
        validity: span(validity),
      })),
      ...actor.terms.map(({ office, validity }) => ({
        relation: 'term-in',
        target: office,
        validity: span(validity),
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
