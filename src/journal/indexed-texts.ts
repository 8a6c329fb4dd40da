import { setImmediate } from 'node:timers/promises';
import { asc, eq, sql } from 'drizzle-orm';
import { noteIndexesTexts, readIndexesTexts } from '../db/head.js';
import type { Reader, Store, Tx } from '../db/store.js';
import { truncate } from '../shared/text.js';
import { wordText } from '../shared/words.js';
import type { Document, RecordKind } from './kind.js';
import { projectRows } from './rows.js';
import { readText } from './texts.js';

/**
 * So much of a text is searched, in UTF-16 code units: some two hundred pages. PostgreSQL takes a megabyte of words and
 * places for one row.
 */
export const MAX_INDEXED = 400_000;
/** So much is taken into words at a time, between which others have their turn. */
const PIECE = 20_000;

/** The searched part of a text. */
export function indexedPart(content: string): string {
  return truncate(content, MAX_INDEXED);
}

/**
 * The words that a version of a source is found by through its text; empty without a text, and where texts are not
 * searched. `content` is the text, if it is at hand.
 */
export async function indexedWords(
  reader: Reader,
  { kept }: RecordKind,
  { id, textSha256 }: Document,
  content?: string,
): Promise<string> {
  if (!kept.includes('textSha256') || typeof textSha256 !== 'string') return '';
  if (!(await readIndexesTexts(reader))) return '';
  return wordsOf(indexedPart(content ?? (await readText(reader, id, textSha256)) ?? ''));
}

async function wordsOf(text: string): Promise<string> {
  const found: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = endOfPiece(text, start);
    found.push(wordText(text.slice(start, end)));
    start = end;
    await setImmediate();
  }
  return found.join(' ');
}

/** After the next white space behind a piece, so that no word is cut; text without any is cut as it comes. */
function endOfPiece(text: string, start: number): number {
  const space = /\s/g;
  space.lastIndex = start + PIECE;
  const found = space.exec(text.slice(0, start + 2 * PIECE));
  return found === null ? Math.min(start + 2 * PIECE, text.length) : found.index + 1;
}

/** Has texts of sources searched from now on, or no longer; gives the number of versions that this changed. */
export async function searchTexts(store: Store, kind: RecordKind, on: boolean): Promise<number> {
  if ((await readIndexesTexts(store)) === on) return 0;
  return store.write(async (tx) => {
    await noteIndexesTexts(tx, on);
    let changed = 0;
    for (const { revision, until } of await versionsOfTexts(tx))
      if (await indexAgain(tx, kind, revision, until)) changed += 1;
    return changed;
  });
}

/** The versions of sources that a text was stored for at some time. */
function versionsOfTexts(tx: Tx): Promise<{ revision: number; until: number | null }[]> {
  return tx.all('versions of texts', (db, { sources: { revision, until, entity }, sources, sourceTexts }) =>
    db
      .selectDistinct({ revision, until })
      .from(sources)
      .innerJoin(sourceTexts, eq(sourceTexts.entity, entity))
      .orderBy(asc(revision)),
  );
}

/** False for a version that names no text. */
async function indexAgain(tx: Tx, kind: RecordKind, revision: number, until: number | null): Promise<boolean> {
  const row = await tx.get(
    'version of text',
    (db, { revisions }) =>
      db
        .select({ doc: revisions.doc })
        .from(revisions)
        .where(eq(revisions.revision, sql.placeholder('revision'))),
    { revision },
  );
  const document = JSON.parse(row?.doc ?? '{}') as Document;
  if (document.textSha256 === undefined) return false;
  const { searchTexts: rows } = projectRows(kind, document, 0, until, await indexedWords(tx, kind, document));
  await tx.run(
    'clear words of version',
    (db, t) => db.delete(t.searchTexts).where(eq(t.searchTexts.revision, sql.placeholder('revision'))),
    { revision },
  );
  await tx.insert('searchTexts', rows);
  return true;
}
