import type { Violation } from '../../journal/kind.js';

interface ActorBody {
  kind: string;
  terms?: readonly unknown[];
  memberships?: readonly { of: string }[];
  partOf?: string;
}

/** Only persons hold offices, and nothing is part or member of itself. */
export function actorViolations(actor: ActorBody, { id }: { id: string }): Violation[] {
  const violations: Violation[] = [];
  if (actor.kind !== 'person' && (actor.terms?.length ?? 0) > 0) {
    violations.push({ pointer: '/terms', code: 'persons-only', message: 'only a person holds offices' });
  }
  if (actor.partOf === id)
    violations.push({ pointer: '/partOf', code: 'self-reference', message: 'must not be the actor itself' });
  for (const [index, { of }] of (actor.memberships ?? []).entries()) {
    if (of === id)
      violations.push({
        pointer: `/memberships/${index}/of`,
        code: 'self-reference',
        message: 'must not be the actor itself',
      });
  }
  return violations;
}
