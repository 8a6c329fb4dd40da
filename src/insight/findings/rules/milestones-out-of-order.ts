import type { Document } from '../../../journal/kind.js';
import { typeOfId } from '../../../shared/ids.js';
import { disorders, inWords } from '../milestones.js';
import type { Found, Rule } from '../rule.js';
import { type AgreementShape, type CommitmentShape, shapeOf } from '../shapes.js';

const DRAFTED = ['proposed', 'under-negotiation', 'initialled'] as const;
const CONCLUDED = [...DRAFTED, 'adopted'] as const;

/**
 * Which stages of an agreement come before each. What comes after `signed` is the matter of two other rules; approval may
 * come before or after signature, and who ratifies or leaves may do so at any time after the text was settled.
 */
const BEFORE_IN_AGREEMENTS: Readonly<Record<string, readonly string[]>> = {
  'under-negotiation': ['proposed'],
  initialled: ['proposed', 'under-negotiation'],
  adopted: DRAFTED,
  signed: DRAFTED,
  approved: ['proposed'],
  ratified: CONCLUDED,
  'provisionally-applied': CONCLUDED,
  'in-force': CONCLUDED,
  amended: CONCLUDED,
  suspended: CONCLUDED,
  withdrawn: DRAFTED,
  denounced: CONCLUDED,
  terminated: [...CONCLUDED, 'provisionally-applied', 'in-force'],
  expired: [...CONCLUDED, 'provisionally-applied', 'in-force'],
  superseded: CONCLUDED,
  abandoned: ['proposed'],
};

const PROMISED = ['announced', 'pledged'] as const;
const PROVIDED = [...PROMISED, 'committed', 'allocated'] as const;

/** Of a commitment. Whether budget or allotment come first differs, as do announcement and promise. */
const BEFORE_IN_COMMITMENTS: Readonly<Record<string, readonly string[]>> = {
  committed: PROMISED,
  allocated: PROMISED,
  'partially-delivered': PROVIDED,
  delivered: [...PROVIDED, 'partially-delivered'],
  suspended: PROMISED,
  withdrawn: PROMISED,
  expired: PROMISED,
  superseded: PROMISED,
};

/** Stages that were reached before one that must have come first, on any reading of their dates. */
export const milestonesOutOfOrder: Rule = {
  name: 'milestones-out-of-order',
  title: 'Milestones out of order',
  description:
    'A stage of an agreement or a commitment is dated before one that comes first, such as an adoption before the proposal, or a delivery before the pledge.',
  severities: ['error', 'warning'],
  of: ['agreement', 'commitment'],
  dependencies: [],
  async check(records) {
    return records.flatMap((record) =>
      typeOfId(record.id) === 'agreement'
        ? outOfOrder(record, BEFORE_IN_AGREEMENTS, 'error')
        : outOfOrder(record, BEFORE_IN_COMMITMENTS, 'warning'),
    );
  },
};

function outOfOrder(
  record: Document,
  before: Readonly<Record<string, readonly string[]>>,
  severity: 'error' | 'warning',
): Found[] {
  const { milestones } = shapeOf<AgreementShape | CommitmentShape>(record);
  return disorders(milestones, before).map(({ later, earlier }) => ({
    severity,
    owners: [record.id],
    involves: [],
    key: later.stage,
    message: `The stage ${inWords([later])} is dated before what comes first: ${inWords(earlier)}.`,
    details: { later: { ...later }, earlier: earlier.map((each) => ({ ...each })) },
  }));
}
