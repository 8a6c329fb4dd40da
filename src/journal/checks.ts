import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { ancestorAreas } from '../db/areas.js';
import { findEditingUrl } from '../db/pulls.js';
import type { Tx } from '../db/store.js';
import { type InputError, Problem } from '../problems.js';
import { SLUG_MAX, slugify } from '../shared/text.js';
import type { Body, RecordKind } from './kind.js';
import type { Current } from './read.js';
import { listValues } from './references.js';

/** That a record is ours to change. Raises `foreign-origin` with where it is changed. */
export async function requireOwn(tx: Tx, kind: RecordKind, { id, origin }: Pick<Current, 'id' | 'origin'>) {
  if (origin === null) return;
  const url = await findEditingUrl(tx, id);
  const editAt = url && `${url}/v1/${kind.collection}/${id}`;
  const where = editAt ? `edited at ${editAt}` : 'edited there';
  throw new Problem(
    'foreign-origin',
    `The ${kind.type} is mirrored from ${origin} and ${where}, unless it is forked.`,
    {
      extra: { origin, ...(editAt && { editAt }) },
    },
  );
}

export async function requireFreeSlug(tx: Tx, kind: RecordKind, slug: string, id: string): Promise<void> {
  const holder = (await slugHolders(tx, kind, [slug])).find((row) => row.id !== id);
  if (holder === undefined) return;
  throw new Problem('slug-taken', `Another ${kind.type} has the slug \`${slug}\`.`, {
    extra: { conflictsWith: holder.id },
    errors: [{ in: 'body', pointer: '/slug', code: 'taken', message: 'must be unique among live records of the type' }],
  });
}

export function slugHolders(
  tx: Tx,
  kind: RecordKind,
  slugs: readonly string[],
): Promise<{ id: string; slug: string }[]> {
  const { names, values } = listValues(slugs);
  return tx.all(
    `slug holders ${names.length}`,
    (db, t) =>
      db
        .select({ id: t.entities.id, slug: t.entities.slug })
        .from(t.entities)
        .where(
          and(
            eq(t.entities.type, sql.placeholder('type')),
            inArray(
              t.entities.slug,
              names.map((name) => sql.placeholder(name)),
            ),
            eq(t.entities.deleted, false),
          ),
        ),
    { ...values, type: kind.type },
  );
}

const NUMBERED_SLUGS = 15;

/** A free slug made from the label: as it is, numbered, or ended by the last characters of the id. */
export async function freeSlug(tx: Tx, kind: RecordKind, label: string, id: string): Promise<string> {
  const base =
    slugify(label)
      .slice(0, SLUG_MAX - 10)
      .replace(/-+$/, '') || kind.type;
  const candidates = [base, ...Array.from({ length: NUMBERED_SLUGS }, (_, index) => `${base}-${index + 2}`)];
  const taken = new Set([...kind.reservedSlugs, ...(await slugHolders(tx, kind, candidates)).map((row) => row.slug)]);
  return candidates.find((candidate) => !taken.has(candidate)) ?? `${base}-${id.slice(-9)}`;
}

export interface ExternalId {
  scheme: string;
  value: string;
}

/** Which live records have some external ids, or others of the same value. */
export function externalIdHolders(
  tx: Tx,
  kind: RecordKind,
  externalIds: readonly ExternalId[],
): Promise<(ExternalId & { subject: string })[]> {
  const { names, values } = listValues(externalIds.map(({ value }) => value));
  return tx.all(
    `external ids ${names.length}`,
    (db, t) =>
      db
        .select({ subject: t.externalIds.subject, scheme: t.externalIds.scheme, value: t.externalIds.value })
        .from(t.externalIds)
        .where(
          and(
            eq(t.externalIds.subjectType, sql.placeholder('type')),
            inArray(
              t.externalIds.value,
              names.map((name) => sql.placeholder(name)),
            ),
            isNull(t.externalIds.until),
          ),
        ),
    { ...values, type: kind.type },
  );
}

export async function requireFreeExternalIds(tx: Tx, kind: RecordKind, id: string, body: Body): Promise<void> {
  const externalIds = (body.externalIds ?? []) as unknown as ExternalId[];
  if (externalIds.length === 0) return;
  const rows = await externalIdHolders(tx, kind, externalIds);
  const errors: InputError[] = [];
  let conflictsWith: string | undefined;
  for (const [index, { scheme, value }] of externalIds.entries()) {
    const holder = rows.find((row) => row.scheme === scheme && row.value === value && row.subject !== id);
    if (holder === undefined) continue;
    conflictsWith ??= holder.subject;
    errors.push({
      in: 'body',
      pointer: `/externalIds/${index}`,
      code: 'taken',
      message: `belongs to ${holder.subject}`,
    });
  }
  if (conflictsWith !== undefined) {
    throw new Problem('external-id-taken', `Another ${kind.type} has that external id.`, {
      errors,
      extra: { conflictsWith },
    });
  }
}

export async function requireRules(tx: Tx, kind: RecordKind, id: string, body: Body): Promise<void> {
  const violations = [
    ...selfRelations(id, body),
    ...repeatedExternalIds(body),
    ...(await kind.violations(body, { id, broaderAreas: (area) => ancestorAreas(tx, area) })),
  ];
  if (violations.length === 0) return;
  throw new Problem('rule-violated', 'The body breaks a rule of the resource.', {
    errors: violations.map((violation) => ({ in: 'body', ...violation })),
  });
}

function selfRelations(id: string, body: Body) {
  return ((body.relations ?? []) as { target: string }[]).flatMap(({ target }, index) =>
    target === id
      ? [{ pointer: `/relations/${index}/target`, code: 'self-relation', message: 'must not be the record itself' }]
      : [],
  );
}

function repeatedExternalIds(body: Body) {
  const seen = new Set<string>();
  return ((body.externalIds ?? []) as { scheme: string; value: string }[]).flatMap(({ scheme, value }, index) => {
    const key = `${scheme}:${value}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ pointer: `/externalIds/${index}`, code: 'repeated', message: 'must not be listed twice' }];
  });
}

export async function requireUnreferenced(tx: Tx, id: string): Promise<void> {
  const referencedBy = await tx.all(
    'referenced by',
    (db, t) =>
      db
        .selectDistinct({ id: t.entities.id, type: t.entities.type, slug: t.entities.slug })
        .from(t.links)
        .innerJoin(t.entities, eq(t.entities.id, t.links.subject))
        .where(and(eq(t.links.target, sql.placeholder('id')), isNull(t.links.until)))
        .orderBy(asc(t.entities.id))
        .limit(10),
    { id },
  );
  if (referencedBy.length === 0) return;
  throw new Problem('still-referenced', 'Other records refer to this one.', { extra: { referencedBy } });
}
