import type { Reader } from '../../db/store.js';
import { readAbout, readDisputedFields } from '../../journal/about.js';
import type { Task } from '../../journal/analysis.js';
import type { Document } from '../../journal/kind.js';
import { readNames } from '../../journal/names.js';
import { readOrigins } from '../../journal/origins.js';
import { documentsById } from '../../journal/read.js';
import { placedCitations, statedFields } from '../../journal/support.js';
import { resourceOf } from '../index.js';
import type { Resource } from '../resource.js';
import { presentOr } from './present.js';
import { type ClaimDocument, type DisputeDocument, narrowedTo, provenanceOf, sourcesCited } from './provenance-view.js';

/** Claims, and disputes, that are told of a record. */
export const MAX_ABOUT = 100;

/** Whose provenance is asked for, as plain data. */
export interface ProvenanceArgs {
  collection: Resource['collection'];
  /** The record as it was at the revision. */
  doc: string;
  revision: number;
  /** The fields asked about; all when absent. */
  names: readonly string[] | undefined;
}

/** The provenance of a record as JSON text; `asOf` is undefined while the revision is the present one. */
export async function readProvenance(
  reader: Reader,
  resource: Resource,
  { doc, revision, names }: ProvenanceArgs,
  asOf: number | undefined,
): Promise<string> {
  const document = JSON.parse(doc) as Document;
  const read = await readEvidence(reader, resource, document, { asOf, revision, names });
  const answer = provenanceOf(resource.kind, document, read);
  return JSON.stringify(names === undefined ? answer : narrowedTo(answer, new Set(names)));
}

/** The same as a task of its own: a long history takes long to look through. */
export const PROVENANCE: Task<ProvenanceArgs, string> = {
  name: 'provenance',
  async run(reader, args) {
    return readProvenance(reader, resourceOf(args.collection), args, await presentOr(reader, args.revision));
  },
};

/** All that the answer is made of, in a number of queries that does not grow with the record, but for its history. */
async function readEvidence(
  reader: Reader,
  { kind }: Resource,
  document: Document,
  { asOf, revision, names }: Pick<ProvenanceArgs, 'revision' | 'names'> & { asOf: number | undefined },
) {
  const { id } = document;
  const asked = statedFields(kind, document).filter(({ field }) => names === undefined || names.includes(field));
  const claims = await readLatest<ClaimDocument>(reader, 'claim', { id, asOf });
  const disputes = await readLatest<DisputeDocument>(reader, 'dispute', { id, asOf });
  const disputeIds = disputes.shown.map((dispute) => dispute.id);
  const own = placedCitations(kind, document).map(({ citation }) => citation.source);
  const cited = new Set([...own, ...claims.shown.flatMap(sourcesCited)]);
  const attributed = new Set(claims.shown.flatMap(({ attributedTo }) => attributedTo));
  return {
    revision,
    claims,
    disputes,
    disputedFields: await readDisputedFields(reader, disputeIds, { id, asOf }),
    sources: await documentsById(reader, [...cited], asOf),
    names: await readNames(reader, [...attributed], asOf),
    origins: await readOrigins(reader, id, revision, asked),
  };
}

/** The latest claims or disputes about a record, and whether these are all. */
async function readLatest<Doc>(
  reader: Reader,
  type: 'claim' | 'dispute',
  about: { id: string; asOf: number | undefined },
): Promise<{ shown: Doc[]; areAll: boolean }> {
  const rows = await readAbout(reader, type, about, MAX_ABOUT + 1);
  const docs = rows.slice(0, MAX_ABOUT).flatMap(({ doc }) => (doc === null ? [] : [JSON.parse(doc) as Doc]));
  return { shown: docs, areAll: rows.length <= MAX_ABOUT };
}
