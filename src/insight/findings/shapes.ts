import type { Document, Json } from '../../journal/kind.js';

/** As much of the records as rules look at. */
export interface EventShape {
  kind: string;
  date: string;
  status: string;
  place?: { name: string; country?: string; latitude?: number; longitude?: number };
  participants: Participant[];
  relations: Relation[];
  method: string;
}

export interface Participant {
  actor: string;
  role: string;
  office?: string;
  onBehalfOf?: string;
}

export interface Relation {
  kind: string;
  target: string;
}

export interface ActorShape {
  kind: string;
  existence?: string;
  memberships: { of: string; role: string; validity?: string }[];
  terms: { office: string; validity?: string }[];
}

export interface AgreementShape {
  parties: Party[];
  milestones: AgreementMilestone[];
}

export interface Party {
  actor: string;
  role: string;
  signedBy?: { person: string; office?: string }[];
  signedOn?: string;
  consentOn?: string;
  inForceOn?: string;
  endedOn?: string;
}

export interface AgreementMilestone {
  stage: string;
  on: string;
  event?: string;
}

export interface CommitmentShape {
  amount?: Amount;
  milestones: { stage: string; on: string; amount?: Amount }[];
}

export interface Amount {
  value: string;
  currency: string;
  qualifier: string;
  basis: string;
}

export interface ClaimShape {
  about: string;
  field?: string;
  value?: Json;
  kind: string;
  certainty: string;
  claimedOn?: string;
  rank: string;
  standing: string;
}

export interface DisputeShape {
  positions: { key: string; claims?: string[]; citations: { source: string }[] }[];
  preferred?: string;
}

export interface SourceShape {
  publishedOn?: string;
  standing?: string;
  textSha256?: string;
}

/** A document as one of these. Which one it is, is known by its type. */
export function shapeOf<Shape extends object>(document: Document): Shape & { id: string } {
  return document as unknown as Shape & { id: string };
}

/** When a party signed: on a day of its own, or else, unless it acceded later, with all others. */
export function signingOf(party: Party, agreement: AgreementShape): string | undefined {
  if (party.signedOn !== undefined) return party.signedOn;
  return party.role === 'acceding' ? party.consentOn : concludedOn(agreement);
}

/** When the agreement was signed or, where it never was, adopted; of several signatures the first. */
export function concludedOn({ milestones }: AgreementShape): string | undefined {
  const first = (wanted: string) => milestones.find(({ stage }) => stage === wanted)?.on;
  return first('signed') ?? first('adopted');
}
