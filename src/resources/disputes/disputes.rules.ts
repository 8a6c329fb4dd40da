import type { Violation } from '../../journal/kind.js';

interface DisputeBody {
  positions: readonly { key: string }[];
  preferred?: string;
}

/** Keys of positions are unique, and the preferred one is among them. */
export function disputeViolations({ positions, preferred }: DisputeBody): Violation[] {
  const violations: Violation[] = [];
  const keys = positions.map(({ key }) => key);
  for (const [index, key] of keys.entries()) {
    if (keys.indexOf(key) === index) continue;
    violations.push({
      pointer: `/positions/${index}/key`,
      code: 'repeated',
      message: 'must differ from the keys of the other positions',
    });
  }
  if (preferred !== undefined && !keys.includes(preferred)) {
    violations.push({ pointer: '/preferred', code: 'no-such-position', message: `must be one of ${keys.join(', ')}` });
  }
  return violations;
}
