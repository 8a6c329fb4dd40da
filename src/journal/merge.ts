import { and, asc, eq, inArray, isNull, ne, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../db/store.js';
import { Problem } from '../problems.js';
import { type ResourceType, typeOfId } from '../shared/ids.js';
import type { Body, Json, Kinds, RecordKind } from './kind.js';
import { citationsIn } from './paths.js';
import { type Current, findCurrents } from './read.js';
import { inBatches, listValues } from './references.js';
import { readText, type SourceText } from './texts.js';
import { absorb, dropReferences, redirect } from './unite.js';

/** Two records of a type: the one that is merged away and the one that goes on. */
export interface Pair {
  merged: Current;
  survivor: Current;
}

/** A record as the merge is to leave it. */
export interface Rewritten {
  kind: RecordKind;
  current: Current;
  body: Body;
  /** The body with the checks that its quotations had before. */
  quoted: Body;
}

/** Fields in which a source names its text. */
const TEXT_FIELDS = ['textSha256', 'textLength'] as const;
/** Records that are rewritten before others get their turn. */
const REFERRERS_AT_ONCE = 25;
const MAX_ERRORS = 20;

/**
 * What the survivor says after the merge, and the text that it takes over; undefined when nothing of it changes. Raises
 * `rule-violated` when it refers to the merged record where it cannot do without.
 */
export async function rewriteSurvivor(
  reader: Reader,
  kind: RecordKind,
  { merged, survivor }: Pair,
): Promise<(Rewritten & { text: SourceText | undefined }) | undefined> {
  const [own, before, other] = [bodyOf(kind, survivor), bodyOf(kind, survivor), bodyOf(kind, merged)];
  const fixed = dropReferences(kind, own, [merged.id]);
  if (fixed.length > 0) {
    const errors = fixed.map((pointer) => ({ pointer, code: 'self-reference', message: 'must not be itself' }));
    throw refusal(kind, survivor, errors);
  }
  dropReferences(kind, other, [merged.id, survivor.id]);
  const body = await refusing(kind, survivor, () => kind.parse(absorb(kind, own, other)));
  const text = await textToMove(reader, kind, merged, survivor);
  if (text === undefined && JSON.stringify(body) === JSON.stringify(before)) return undefined;
  return { kind, current: survivor, body, quoted: structuredClone(body), text };
}

/** The text of the merged source when the survivor has none: quotations were held against it. */
async function textToMove(
  reader: Reader,
  kind: RecordKind,
  merged: Current,
  survivor: Current,
): Promise<SourceText | undefined> {
  if (!kind.kept.includes(TEXT_FIELDS[0])) return undefined;
  const { textSha256: sha256, textLength: length } = textOf(merged);
  if (sha256 === undefined || textOf(survivor).textSha256 !== undefined) return undefined;
  const content = await readText(reader, merged.id, sha256);
  if (content === undefined) throw new Error(`the text ${sha256} of ${merged.id} is not stored`);
  return { content, sha256, length: length ?? 0 };
}

function textOf({ doc }: Current): { textSha256?: string; textLength?: number } {
  return JSON.parse(doc ?? '{}');
}

/** Ids of the records that refer to the merged one, without itself and the survivor. */
export async function readReferrers(reader: Reader, { merged, survivor }: Pair): Promise<string[]> {
  const rows = await reader.all(
    'referrers',
    (db, { links }) =>
      db
        .select({ id: links.subject })
        .from(links)
        .where(
          and(
            eq(links.target, sql.placeholder('merged')),
            isNull(links.until),
            eq(links.rank, 0),
            ne(links.subject, sql.placeholder('merged')),
            ne(links.subject, sql.placeholder('survivor')),
          ),
        )
        .orderBy(asc(links.subject)),
    { merged: merged.id, survivor: survivor.id },
  );
  return rows.map(({ id }) => id);
}

/** Those records with the survivor in place of the merged one, some at a time; in between the process does other work. */
export async function* rewriteReferrers(
  tx: Tx,
  kinds: Kinds,
  ids: readonly string[],
  pair: Pair,
): AsyncGenerator<Rewritten> {
  for (let start = 0; start < ids.length; start += REFERRERS_AT_ONCE) {
    await tx.breathe();
    const found = await findCurrents(tx, ids.slice(start, start + REFERRERS_AT_ONCE));
    const byId = new Map(found.map((current) => [current.id, current]));
    for (const id of ids.slice(start, start + REFERRERS_AT_ONCE)) {
      const current = byId.get(id);
      const kind = kinds.get(typeOfId(id) as ResourceType);
      if (current === undefined || kind === undefined) throw new Error(`no record ${id}`);
      yield await rewriteReferrer(kind, current, pair);
    }
  }
}

async function rewriteReferrer(kind: RecordKind, current: Current, { merged, survivor }: Pair): Promise<Rewritten> {
  const body = bodyOf(kind, current);
  const quoted = structuredClone(body);
  forgetChecks(kind, quoted, merged, survivor);
  redirect(kind, body, merged.id, survivor.id);
  redirect(kind, quoted, merged.id, survivor.id);
  return { kind, current, body: await refusing(kind, current, () => kind.parse(body)), quoted };
}

/**
 * Where the survivor has a text of its own, what was found in another must be found in that one, too: its check is
 * forgotten, so that the quotation is as new. What was held against no text stays unchecked if it is not there.
 */
function forgetChecks(kind: RecordKind, body: Body, merged: Current, survivor: Current): void {
  const { textSha256 } = textOf(survivor);
  if (textSha256 === undefined || textSha256 === textOf(merged).textSha256) return;
  for (const { citation } of citationsIn<{ [field: string]: Json }>(kind, body)) {
    if (citation.source === merged.id && citation.quoteStatus !== 'unchecked') delete citation.quoteStatus;
  }
}

function bodyOf(kind: RecordKind, { doc }: Current): Body {
  return kind.parse(JSON.parse(doc ?? '{}'));
}

/** Moves on the redirects that led to the merged record, so that each leads to its survivor at once. */
export async function moveRedirects(tx: Tx, merged: string, survivor: string): Promise<void> {
  const before: string[] = [];
  for (let found = [merged]; found.length > 0; before.push(...found))
    found = await inBatches(found, (batch) => readMergedInto(tx, batch));
  await inBatches(before, async (batch) => {
    const { names, values } = listValues(batch);
    await tx.run(
      `move redirects ${names.length}`,
      (db, { entities }) =>
        db
          .update(entities)
          .set({ mergedInto: sql.placeholder('survivor') } as never)
          .where(
            inArray(
              entities.id,
              names.map((name) => sql.placeholder(name)),
            ),
          ),
      { ...values, survivor },
    );
    return [];
  });
}

/** Ids of the records that were merged into one of some. */
async function readMergedInto(reader: Reader, ids: readonly string[]): Promise<string[]> {
  const { names, values } = listValues(ids);
  const rows = await reader.all(
    `merged into ${names.length}`,
    (db, { revisions: { entity, mergedInto }, revisions }) =>
      db
        .select({ id: entity })
        .from(revisions)
        .where(
          inArray(
            mergedInto,
            names.map((name) => sql.placeholder(name)),
          ),
        ),
    values,
  );
  return rows.map(({ id }) => id);
}

/** Does what the merge does to one record; what is wrong with that is a fault of the merge, which names the record. */
export async function refusing<T>(kind: RecordKind, current: Current, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.errors === undefined) throw error;
    throw refusal(kind, current, error.errors, error);
  }
}

interface Fault {
  pointer?: string;
  code: string;
  message: string;
}

function refusal(kind: RecordKind, { id, slug }: Current, faults: readonly Fault[], cause?: Problem): Problem {
  const record = { id, type: kind.type, slug };
  const errors = faults.slice(0, MAX_ERRORS).map(({ pointer, code, message }) => ({
    ...{ in: 'body' as const, pointer: '/into', code },
    message: `\`${pointer}\` of ${id} ${message}`,
  }));
  return new Problem('rule-violated', `The merge would leave ${kind.type} \`${slug}\` with what it must not say.`, {
    errors,
    extra: { record },
    cause,
  });
}
