import { NO_EARLIEST } from '../../shared/edtf.js';
import { ANY_DAY, type Day, daysOf, NEVER, type Span, spanBetween, UNKNOWN } from '../../shared/span.js';

export interface Party {
  role: string;
  signedOn?: string;
  consentOn?: string;
  inForceOn?: string;
  endedOn?: string;
}

export interface Agreement {
  ratificationRequired?: boolean;
  milestones: readonly { stage: string; on: string }[];
}

/** Roles in which an agreement binds; the others take part without being bound. */
export const BINDING_ROLES: readonly string[] = ['party', 'signatory', 'acceding', 'guarantor'];
const BINDS = ['in-force', 'provisionally-applied', 'signed', 'adopted'];
const BINDS_WHEN_RATIFIED = ['in-force', 'provisionally-applied'];
const ENDS = ['terminated', 'expired', 'superseded'];

/**
 * When an agreement binds a party: from the first of `inForceOn`, `consentOn`, `signedOn` and the agreement's own entry
 * into force, signature or adoption that is given, to `endedOn` or the agreement's end. Signature does not bind where
 * ratification is required, and who accedes does so on a day of its own. Never when the milestones tell of no such step.
 */
export function boundOf(party: Party, { ratificationRequired = false, milestones }: Agreement): Span {
  if (!BINDING_ROLES.includes(party.role)) return NEVER;
  const firstOf = (stages: readonly string[]) =>
    stages.map((wanted) => milestones.find(({ stage }) => stage === wanted)?.on).find((on) => on !== undefined);
  const own = party.inForceOn ?? party.consentOn ?? (ratificationRequired ? undefined : party.signedOn);
  const concluded = firstOf(ratificationRequired ? BINDS_WHEN_RATIFIED : BINDS);
  const isUndated = own === undefined && concluded === undefined;
  if (isUndated) return milestones.length === 0 ? UNKNOWN : NEVER;
  const start = party.role === 'acceding' ? accession(own, concluded) : daysOf(own ?? concluded ?? '');
  const end = party.endedOn ?? firstOf(ENDS);
  return spanBetween(start, end === undefined ? undefined : daysOf(end));
}

/** Some day on which a party joined: where its own date sets none that is earliest, not before the conclusion. */
function accession(own: string | undefined, concluded: string | undefined): Day {
  const { first, last } = own === undefined ? ANY_DAY : daysOf(own);
  if (first !== NO_EARLIEST || concluded === undefined) return { first, last };
  return { first: Math.min(daysOf(concluded).first, last), last };
}
