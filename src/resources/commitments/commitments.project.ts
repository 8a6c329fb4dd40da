import type { Body, Projection } from '../../journal/kind.js';
import { decimalSortKey } from '../../shared/money.js';
import {
  edges,
  firstBounds,
  heldColumns,
  latestMilestone,
  type MilestoneBody,
  projectMilestones,
  span,
} from '../projection.js';

interface CommitmentDocument {
  statement: string;
  kind: string;
  bindingness?: string;
  stage: string | null;
  promisors: string[];
  beneficiaries: string[];
  agreement?: string;
  event?: string;
  areas: string[];
  period?: string;
  dueOn?: string;
  amount?: { value: string; currency: string };
  milestones: MilestoneBody[];
  assessments: { assessor: string }[];
  restates?: string;
}

export function deriveCommitment({ milestones }: { milestones?: MilestoneBody[] }): Body {
  return { stage: latestMilestone(milestones ?? [])?.stage ?? null };
}

export function projectCommitment(commitment: CommitmentDocument): Projection {
  const { kind, bindingness = null, stage, amount, milestones } = commitment;
  return {
    columns: {
      kind,
      stage,
      bindingness,
      currency: amount?.currency ?? null,
      amountKey: amount ? decimalSortKey(amount.value) : null,
      ...heldColumns(span(commitment.period)),
    },
    dates: firstBounds(commitment.period, commitment.dueOn, milestones[0]?.on),
    counted: { kind, status: stage },
    edges: [
      ...edges('promisor', commitment.promisors),
      ...edges('beneficiary', commitment.beneficiaries),
      ...edges('agreement', [commitment.agreement]),
      ...edges('event', [commitment.event]),
      ...edges('area', commitment.areas),
      ...edges(
        'assessor',
        commitment.assessments.map(({ assessor }) => assessor),
      ),
      ...edges('restates', [commitment.restates]),
    ],
    milestones: projectMilestones(milestones),
    names: [{ kind: 'statement', value: commitment.statement }],
  };
}
