import type { Document, Json, RecordKind } from '../../journal/kind.js';
import type { Named } from '../../journal/names.js';
import type { Origin } from '../../journal/origins.js';
import {
  type PlacedCitation,
  placedCitations,
  type StatedField,
  statedFields,
  supportedOf,
  supportOf,
} from '../../journal/support.js';

export interface ClaimDocument extends Document {
  field?: string;
  attributedTo: string[];
  citations: { source: string }[];
}

export interface DisputeDocument extends Document {
  question: string;
  status: string;
  positions: Json[];
}

/** What was read beside the record. */
export interface Evidence {
  revision: number;
  claims: { shown: ClaimDocument[]; areAll: boolean };
  disputes: { shown: DisputeDocument[]; areAll: boolean };
  /** Fields of the record that the claims on the positions of each dispute name. */
  disputedFields: ReadonlyMap<string, readonly string[]>;
  /** Documents of all sources cited. */
  sources: ReadonlyMap<string, Document>;
  /** Actors that claims are attributed to. */
  names: ReadonlyMap<string, Named>;
  origins: ReadonlyMap<string, Origin>;
}

/** The answer: what stands once, numbered or by id, and for each field what of that is about it. Pure. */
export function provenanceOf(kind: RecordKind, document: Document, evidence: Evidence) {
  const { claims, disputes, disputedFields, sources, origins, revision } = evidence;
  const placed = placedCitations(kind, document).map((each, index) => ({ ...each, number: index + 1 }));
  const fields = statedFields(kind, document).map((field) => ({
    ...fieldOf(field, placed, sources),
    claims: claims.shown.filter((claim) => isAt(field.field, claim.field)).map(({ id }) => id),
    disputes: disputes.shown
      .filter(({ id }) => disputedFields.get(id)?.some((name) => isAt(field.field, name)))
      .map(({ id }) => id),
    set: originOf(origins.get(field.field)),
  }));
  const { id, slug, version } = document;
  return {
    record: { id, type: kind.type, slug, label: kind.label(document), version, revision: document.revision },
    supported: supportedOf(kind, document),
    restsOn: restsOn(placed, sources),
    fields,
    general: generalOf(fields, placed, evidence),
    citations: placed.map(({ number, pointer, citation }) => ({ number, pointer, ...citation })),
    sources: Object.fromEntries([...sources].map(([source, doc]) => [source, sourceOf(doc)])),
    claims: Object.fromEntries(claims.shown.map((claim) => [claim.id, claimOf(claim, evidence)])),
    disputes: Object.fromEntries(disputes.shown.map((dispute) => [dispute.id, disputeOf(dispute, disputedFields)])),
    complete: { claims: claims.areAll, disputes: disputes.areAll },
    asOf: revision,
  };
}

/** As much of an answer as is about some of the fields. Pure. */
export function narrowedTo(answer: ReturnType<typeof provenanceOf>, names: ReadonlySet<string>) {
  const { general: _, ...rest } = answer;
  const fields = answer.fields.filter(({ field }) => names.has(field));
  const numbers = new Set(fields.flatMap(({ citations }) => citations.map(({ number }) => number)));
  const citations = answer.citations.filter(({ number }) => numbers.has(number));
  const claims = among(
    answer.claims,
    fields.flatMap((field) => field.claims),
  );
  const disputes = among(
    answer.disputes,
    fields.flatMap((field) => field.disputes),
  );
  const cited = [...citations.map(({ source }) => source), ...Object.values(claims).flatMap(({ sources }) => sources)];
  return { ...rest, fields, citations, sources: among(answer.sources, cited), claims, disputes };
}

function among<Value>(byId: { [id: string]: Value }, ids: readonly string[]): { [id: string]: Value } {
  const wanted = new Set(ids);
  return Object.fromEntries(Object.entries(byId).filter(([id]) => wanted.has(id)));
}

type Numbered = PlacedCitation & { number: number };
type Sources = Evidence['sources'];

/** How far citations of sources that stand bear a field out, and all that are about it, those of others too. */
function fieldOf(field: StatedField, placed: readonly Numbered[], sources: Sources) {
  const about = placed.flatMap((each) => {
    const parts = each.targets.filter((target) => target.startsWith(`${field.pointer}/`));
    if (each.targets.includes(field.pointer)) return [{ each, supports: 'field' }];
    if (each.targets.includes('')) return [{ each, supports: 'record' }];
    return parts.length === 0 ? [] : [{ each, supports: 'part', parts }];
  });
  const citing = about.map(({ each }) => each);
  const standing = citing.filter(({ citation }) => !isRetracted(sources, citation.source));
  return {
    field: field.field,
    pointer: field.pointer,
    support: supportOf(field, new Set(standing.flatMap(({ targets }) => targets))),
    restsOn: restsOn(citing, sources),
    citations: about.map(({ each, ...rest }) => ({ number: each.number, ...rest })),
  };
}

/** What is about the record and about none of its fields. */
function generalOf(
  fields: readonly { citations: { number: number; supports: string }[]; claims: string[]; disputes: string[] }[],
  placed: readonly Numbered[],
  { claims, disputes }: Evidence,
) {
  const ofFields = <T>(of: (field: (typeof fields)[number]) => T[]) => new Set(fields.flatMap(of));
  const cited = ofFields(({ citations }) =>
    citations.filter((each) => each.supports !== 'record').map((c) => c.number),
  );
  const claimed = ofFields((field) => field.claims);
  const disputed = ofFields((field) => field.disputes);
  return {
    citations: placed.filter(({ number }) => !cited.has(number)).map(({ number }) => number),
    claims: claims.shown.filter(({ id }) => !claimed.has(id)).map(({ id }) => id),
    disputes: disputes.shown.filter(({ id }) => !disputed.has(id)).map(({ id }) => id),
  };
}

/** Whether a claim's field is this one or below it. */
function isAt(field: string, claimed: string | undefined): boolean {
  return claimed === field || (claimed?.startsWith(`${field}.`) ?? false);
}

function isRetracted(sources: Sources, source: string): boolean {
  return sources.get(source)?.standing === 'retracted';
}

/** What became of the sources that some citations name. */
function restsOn(placed: readonly PlacedCitation[], sources: Sources): string {
  return fateOf(
    placed.map(({ citation }) => citation.source),
    sources,
  );
}

function fateOf(cited: readonly string[], sources: Sources): string {
  if (cited.length === 0) return 'nothing';
  const retracted = cited.filter((source) => isRetracted(sources, source)).length;
  if (retracted === 0) return 'standing';
  return retracted === cited.length ? 'retracted' : 'mixed';
}

function originOf(origin: Origin | undefined) {
  if (origin === undefined) return null;
  const { version, revision, recordedAt, by, changeKind, note } = origin.version;
  return { version, revision, recordedAt, by, changeKind, note, exact: origin.isExact };
}

const SOURCE_FIELDS = ['slug', 'title', 'kind', 'url', 'publisher', 'publishedOn', 'language', 'reliability'];
const CLAIM_FIELDS = ['slug', 'statement', 'field', 'value', 'kind', 'attribution', 'claimedOn', 'certainty'];
const CLAIM_RATINGS = ['credibility', 'rank', 'standing'];
const DISPUTE_FIELDS = ['slug', 'question', 'status', 'preferred', 'confidence', 'assessment'];

function shownOf(document: Document, fields: readonly string[]): { [field: string]: Json } {
  return Object.fromEntries(
    fields.flatMap((field) => (document[field] === undefined ? [] : [[field, document[field]] as const])),
  );
}

/** A source from before there was a standing stands. */
function sourceOf(source: Document) {
  return { ...shownOf(source, SOURCE_FIELDS), standing: source.standing ?? 'standing' };
}

function claimOf(claim: ClaimDocument, { names, sources }: Evidence) {
  const cited = sourcesCited(claim);
  return {
    ...shownOf(claim, [...CLAIM_FIELDS, ...CLAIM_RATINGS]),
    attributedTo: claim.attributedTo.flatMap((id) => {
      const named = names.get(id);
      return named === undefined ? [] : [{ id, ...named }];
    }),
    sources: cited,
    restsOn: fateOf(cited, sources),
  };
}

/** Ids of the sources that a claim cites, each once. */
export function sourcesCited({ citations }: ClaimDocument): string[] {
  return [...new Set(citations.map(({ source }) => source))];
}

function disputeOf(dispute: DisputeDocument, fields: Evidence['disputedFields']) {
  const { id, positions } = dispute;
  return {
    ...shownOf(dispute, DISPUTE_FIELDS),
    positions: positions.length,
    fields: [...(fields.get(id) ?? [])].sort(),
  };
}
