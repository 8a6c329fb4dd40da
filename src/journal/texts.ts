import { createHash } from 'node:crypto';
import { and, asc, type Column, eq, sql } from 'drizzle-orm';
import { after, isIn, padded } from '../db/conditions.js';
import { insertRows } from '../db/statements.js';
import type { Reader, Tx } from '../db/store.js';

/** A text of a source as it is stored. */
export interface SourceText {
  content: string;
  /** Of its UTF-8 bytes, in hexadecimal. */
  sha256: string;
  /** In Unicode code points. */
  length: number;
}

/** A text with its digest and its length. */
export function sourceText(content: string): SourceText {
  return { content, sha256: sha256Of(content), length: countCodePoints(content) };
}

function sha256Of(content: string): string {
  return createHash('sha256').update(content, 'utf8').digest('hex');
}

function countCodePoints(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xdc00 && unit <= 0xdfff) pairs += 1;
  }
  return text.length - pairs;
}

const COLUMNS = ['entity', 'sha256', 'content', 'length', 'storedAt'] as const;

/** Stores a text of a source, unless it is there already from an earlier revision. */
export async function storeText(tx: Tx, entity: string, text: SourceText, storedAt: string): Promise<void> {
  await tx.run('store text', (db, t) => insertRows('sourceTexts', COLUMNS)(db, t).onConflictDoNothing(), {
    entity,
    ...text,
    storedAt,
  });
}

/** The text of a source with that digest. */
export async function readText(reader: Reader, entity: string, sha256: string): Promise<string | undefined> {
  const row = await reader.get(
    'source text',
    (db, t) =>
      db
        .select({ content: t.sourceTexts.content })
        .from(t.sourceTexts)
        .where(
          and(eq(t.sourceTexts.entity, sql.placeholder('entity')), eq(t.sourceTexts.sha256, sql.placeholder('sha256'))),
        ),
    { entity, sha256 },
  );
  return row?.content;
}

/** Whether the text of a source with that digest is stored. */
export async function isTextStored(reader: Reader, entity: string, sha256: string): Promise<boolean> {
  const row = await reader.get(
    'source text stored',
    (db, { sourceTexts: t }) =>
      db
        .select({ length: t.length })
        .from(t)
        .where(and(eq(t.entity, sql.placeholder('entity')), eq(t.sha256, sql.placeholder('sha256')))),
    { entity, sha256 },
  );
  return row !== undefined;
}

/** Which text: of which source, with which digest. */
export interface TextKey {
  entity: string;
  sha256: string;
}

/** Some texts, with no more than `atOnce` of them held at a time; each such portion is one query. */
export async function* eachText(
  reader: Reader,
  keys: readonly TextKey[],
  atOnce: number,
): AsyncGenerator<TextKey & { content: string }> {
  for (let start = 0; start < keys.length; start += atOnce)
    yield* await readTexts(reader, keys.slice(start, start + atOnce));
}

async function readTexts(reader: Reader, keys: readonly TextKey[]): Promise<(TextKey & { content: string })[]> {
  const entities = padded(keys.map(({ entity }) => entity));
  const digests = padded(keys.map(({ sha256 }) => sha256));
  const names = (letter: string) => entities.map((_, index) => `${letter}${index}`);
  const valuesOf = (letter: string, values: readonly string[]) =>
    Object.fromEntries(values.map((value, index) => [`${letter}${index}`, value]));
  const rows = await reader.all(
    `source texts ${entities.length}`,
    (db, { sourceTexts }) => {
      const { entity, sha256, content } = sourceTexts;
      const among = (column: Column, letter: string) =>
        isIn(
          column,
          names(letter).map((name) => sql.placeholder(name)),
        );
      return db
        .select({ entity, sha256, content })
        .from(sourceTexts)
        .where(and(among(entity, 'e'), among(sha256, 'd')));
    },
    { ...valuesOf('e', entities), ...valuesOf('d', digests) },
  );
  const wanted = new Set(keys.map(({ entity, sha256 }) => `${entity} ${sha256}`));
  return rows.filter(({ entity, sha256 }) => wanted.has(`${entity} ${sha256}`));
}

const TEXTS_AT_ONCE = 4;

/** What is wrong with the stored texts: `named` lists those that revisions name, as `entity sha256` with their length. */
export async function compareTexts(
  reader: Reader,
  named: ReadonlyMap<string, number>,
): Promise<{ where: string; what: string }[]> {
  const missing = new Set(named.keys());
  const found: { where: string; what: string }[] = [];
  for (let position: { entity: string; sha256: string } | undefined; ; ) {
    const rows = await textsAfter(reader, position);
    for (const { entity, sha256, content, length } of rows) {
      const where = `text ${sha256} of ${entity}`;
      const wanted = named.get(`${entity} ${sha256}`);
      missing.delete(`${entity} ${sha256}`);
      const text = sourceText(content);
      if (text.sha256 !== sha256) found.push({ where, what: `has the SHA-256 ${text.sha256}` });
      if (text.length !== length) found.push({ where, what: `says ${length} code points and has ${text.length}` });
      if (wanted === undefined) found.push({ where, what: 'is named by no revision' });
      else if (wanted !== length) found.push({ where, what: `has ${length} code points, the journal gives ${wanted}` });
      position = { entity, sha256 };
    }
    if (rows.length < TEXTS_AT_ONCE) break;
  }
  for (const key of missing) {
    const [entity, sha256] = key.split(' ');
    found.push({ where: `text ${sha256} of ${entity}`, what: 'is missing' });
  }
  return found;
}

function textsAfter(reader: Reader, position: { entity: string; sha256: string } | undefined) {
  return reader.all(
    `texts ${position ? 'after' : ''}`,
    (db, { sourceTexts }) => {
      const { entity, sha256, content, length } = sourceTexts;
      return db
        .select({ entity, sha256, content, length })
        .from(sourceTexts)
        .where(position && after([entity, sha256], ['entity', 'sha256'], 'asc'))
        .orderBy(asc(entity), asc(sha256))
        .limit(sql.placeholder('limit'));
    },
    { limit: TEXTS_AT_ONCE, ...position },
  );
}
