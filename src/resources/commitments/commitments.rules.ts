import type { Violation } from '../../journal/kind.js';

/** A commitment restates another, never itself. */
export function commitmentViolations({ restates }: { restates?: string }, { id }: { id: string }): Violation[] {
  return restates === id
    ? [{ pointer: '/restates', code: 'self-reference', message: 'must not be the commitment itself' }]
    : [];
}
