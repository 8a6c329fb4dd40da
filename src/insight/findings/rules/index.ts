import type { Rule } from '../rule.js';
import { inForceBeforeSignature } from './in-force-before-signature.js';
import { milestonesOutOfOrder } from './milestones-out-of-order.js';
import { negotiatedAfterSignature } from './negotiated-after-signature.js';
import { officeNotHeld } from './office-not-held.js';
import { outsideParent } from './outside-parent.js';

/** What the knowledge base checks itself for, in the order of docs/findings.md. */
export const RULES: readonly Rule[] = [
  officeNotHeld,
  outsideParent,
  milestonesOutOfOrder,
  inForceBeforeSignature,
  negotiatedAfterSignature,
];
