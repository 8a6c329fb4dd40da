import type { RuleContext, Violation } from '../../journal/kind.js';

/** The tree of areas has no cycles. */
export async function areaViolations({ broader }: { broader?: string }, context: RuleContext): Promise<Violation[]> {
  if (broader === undefined) return [];
  const above = [broader, ...(await context.broaderAreas(broader))];
  if (!above.includes(context.id)) return [];
  return [{ pointer: '/broader', code: 'cycle', message: 'must not be the area itself or one that is narrower' }];
}
