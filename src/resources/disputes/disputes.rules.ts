import type { Violation } from '../../journal/kind.js';

interface DisputeBody {
  positions: readonly { key: string }[];
  preferred?: string;
  assessment?: string;
}

/** Keys of positions are unique, the preferred one is among them, and nothing is preferred without a reason. */
export function disputeViolations({ positions, preferred, assessment }: DisputeBody): Violation[] {
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
  if (preferred !== undefined && assessment === undefined) {
    violations.push({
      pointer: '/assessment',
      code: 'required',
      message: 'must be there beside `preferred`: it says why that position is',
    });
  }
  return violations;
}
