import type { Rule } from '../rule.js';
import { contradictingClaims } from './contradicting-claims.js';
import { deliveredBeyondAmount } from './delivered-beyond-amount.js';
import { heldOutsideExistence } from './held-outside-existence.js';
import { inForceBeforeSignature } from './in-force-before-signature.js';
import { milestoneOffEvent } from './milestone-off-event.js';
import { milestonesOutOfOrder } from './milestones-out-of-order.js';
import { negotiatedAfterSignature } from './negotiated-after-signature.js';
import { officeHeldTwice } from './office-held-twice.js';
import { officeNotHeld } from './office-not-held.js';
import { outsideExistence } from './outside-existence.js';
import { outsideMembership } from './outside-membership.js';
import { outsideParent } from './outside-parent.js';
import { partyEndedBeforeSigning } from './party-ended-before-signing.js';
import { probableDuplicate } from './probable-duplicate.js';
import { quoteNotInText } from './quote-not-in-text.js';
import { resolvedWithoutSupport } from './resolved-without-support.js';
import { restsOnRetractedSource } from './rests-on-retracted-source.js';
import { signedAfterLaterStage } from './signed-after-later-stage.js';
import { sourcesPredate } from './sources-predate.js';

/** What the knowledge base checks itself for, in the order of docs/findings.md. */
export const RULES: readonly Rule[] = [
  officeNotHeld,
  officeHeldTwice,
  outsideMembership,
  outsideExistence,
  heldOutsideExistence,
  milestonesOutOfOrder,
  inForceBeforeSignature,
  signedAfterLaterStage,
  negotiatedAfterSignature,
  partyEndedBeforeSigning,
  milestoneOffEvent,
  outsideParent,
  contradictingClaims,
  resolvedWithoutSupport,
  quoteNotInText,
  restsOnRetractedSource,
  sourcesPredate,
  deliveredBeyondAmount,
  probableDuplicate,
];
