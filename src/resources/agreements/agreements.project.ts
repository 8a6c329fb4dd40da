import type { Body, Projection } from '../../journal/kind.js';
import { edges, firstBounds, latestMilestone, projectMilestones } from '../projection.js';
import { boundOf } from './agreements.bound.js';

interface AgreementDocument {
  title: string;
  officialTitle?: string;
  altTitles: string[];
  legalForm: string;
  bindingness?: string;
  status: string | null;
  signedOn: string | null;
  ratificationRequired?: boolean;
  parties: {
    actor: string;
    role: string;
    signedBy?: { person: string; office?: string }[];
    signedOn?: string;
    consentOn?: string;
    inForceOn?: string;
    endedOn?: string;
  }[];
  milestones: { stage: string; on: string; event?: string }[];
  areas: string[];
}

export function deriveAgreement({ milestones }: { milestones?: { stage: string; on: string }[] }): Body {
  return {
    status: latestMilestone(milestones ?? [])?.stage ?? null,
    signedOn: milestones?.find(({ stage }) => stage === 'signed')?.on ?? null,
  };
}

export function projectAgreement(agreement: AgreementDocument): Projection {
  const { legalForm, bindingness = null, status, parties, milestones } = agreement;
  const signers = parties.flatMap((party) => party.signedBy ?? []);
  return {
    columns: { legalForm, bindingness, status },
    dates: firstBounds(agreement.signedOn ?? undefined, latestMilestone(milestones)?.on),
    counted: { kind: legalForm, status },
    edges: [
      ...parties.map((party) => ({
        relation: 'party',
        target: party.actor,
        role: party.role,
        validity: boundOf(party, agreement),
      })),
      ...edges(
        'signed-by',
        signers.map(({ person }) => person),
      ),
      ...edges(
        'in-office',
        signers.map(({ office }) => office),
      ),
      ...edges(
        'milestone',
        milestones.map(({ event }) => event),
      ),
      ...edges('area', agreement.areas),
    ],
    milestones: projectMilestones(milestones),
    names: [agreement.title, agreement.officialTitle, ...agreement.altTitles].flatMap((value) =>
      value === undefined ? [] : [{ kind: 'title', value }],
    ),
  };
}
