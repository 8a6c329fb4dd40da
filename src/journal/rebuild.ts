import { and, asc, count, eq, gt, sql } from 'drizzle-orm';
import { noteProjections, readHead, readProjections } from '../db/head.js';
import type { Reader, Store } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import { indexedWords } from './indexed-texts.js';
import type { Document, Kinds, RecordKind } from './kind.js';
import { countCells, DETAIL_TABLES, insertRows } from './project.js';
import { PROJECTIONS, type ProjectedRows, projectRows } from './rows.js';
import { compareStandings, restoreStandings, Standings, type Step } from './standings.js';
import { compareTexts } from './texts.js';

const BATCH = 200;

/** A place where the database does not say what the journal says. */
export interface Discrepancy {
  where: string;
  what: string;
}

/** Throws all projections away and makes them again from the journal, in one transaction; records stand as it says. */
export async function reindex(store: Store, kinds: Kinds): Promise<number> {
  return store.write(async (tx) => {
    for (const table of [...DETAIL_TABLES, 'rollups', ...[...kinds.values()].map((kind) => kind.collection)] as const) {
      await tx.run(`clear ${table}`, (db, t) => db.delete(t[table] as Tables['links']));
    }
    const cells = new Map<string, string[]>();
    const standings = new Standings();
    let written = 0;
    await walk(tx, kinds, async (step, kind, rows) => {
      standings.note(step);
      if (isDamaged(step, rows)) throw new Error(`revision ${step.revision} ${NO_DOCUMENT}`);
      if (rows !== undefined) {
        await insertRows(tx, kind, rows);
        written += 1;
      }
      await countCells(tx, kind.type, cells.get(step.entity) ?? [], rows?.counted ?? []);
      cells.set(step.entity, rows?.counted ?? []);
    });
    await restoreStandings(tx, standings);
    await noteProjections(tx, PROJECTIONS);
    return written;
  });
}

/** Whether the query tables were made by a program that made other rows, so that they must be made anew. */
export async function isOutdated(reader: Reader): Promise<boolean> {
  return (await readProjections(reader)) !== PROJECTIONS;
}

/**
 * Compares journal, projections and texts of sources. An empty list means: no gap, every projection equals a rebuild, and
 * every text that a revision names is there unharmed.
 */
export async function verify(store: Store, kinds: Kinds): Promise<Discrepancy[]> {
  return store.snapshot(async (reader) => {
    const found: Discrepancy[] = [];
    let expected = 1;
    const totals = new Map<string, number>();
    const standings = new Standings();
    const cells = new Map<string, string[]>();
    const texts = new Map<string, number>();
    await walk(reader, kinds, async (step, kind, rows) => {
      if (step.revision !== expected)
        found.push({ where: `revision ${expected}`, what: 'is missing from the journal' });
      expected = step.revision + 1;
      // Mirrored versions have the numbers that they have where they come from.
      if (step.origin === null && step.version !== standings.version(step.entity) + 1)
        found.push({ where: step.entity, what: `has no version before ${step.version}` });
      standings.note(step);
      if (isDamaged(step, rows)) {
        found.push({ where: `revision ${step.revision}`, what: NO_DOCUMENT });
        return;
      }
      cells.set(step.entity, rows?.counted ?? []);
      noteText(texts, kind, step);
      found.push(...(await compare(reader, kind, step, rows)));
      for (const [table, n] of sizes(kind, rows)) totals.set(table, (totals.get(table) ?? 0) + n);
    });
    const head = await readHead(reader);
    if (head.revision !== expected - 1)
      found.push({ where: 'head', what: `says ${head.revision}, the journal ends at ${expected - 1}` });
    found.push(...(await compareTotals(reader, kinds, totals)), ...(await compareStandings(reader, standings)));
    found.push(...(await compareRollups(reader, cells)), ...(await compareTexts(reader, texts)));
    return found;
  });
}

type Visit = (step: Step, kind: RecordKind, rows: ProjectedRows | undefined) => Promise<void>;

/** Goes through the journal in order, with the rows that each version must have. */
async function walk(reader: Reader, kinds: Kinds, visit: Visit): Promise<void> {
  const created = new Map<string, number>();
  let after = 0;
  for (;;) {
    const steps = await reader.all(
      'journal steps',
      (db, t) =>
        db
          .select({
            revision: t.revisions.revision,
            entity: t.revisions.entity,
            type: t.revisions.type,
            version: t.revisions.version,
            slug: t.revisions.slug,
            label: t.revisions.label,
            doc: t.revisions.doc,
            mergedInto: t.revisions.mergedInto,
            origin: t.revisions.origin,
          })
          .from(t.revisions)
          .where(gt(t.revisions.revision, sql.placeholder('after')))
          .orderBy(asc(t.revisions.revision))
          .limit(BATCH),
      { after },
    );
    if (steps.length === 0) return;
    for (const step of steps) {
      const kind = kinds.get(step.type as never);
      if (kind === undefined) throw new Error(`the journal has a record of unknown type ${step.type}`);
      if (!created.has(step.entity)) created.set(step.entity, step.revision);
      const until = await replacedAt(reader, step);
      const document = readDocument(step);
      const words = document && (await indexedWords(reader, kind, document));
      const rows = document && projectRows(kind, document, created.get(step.entity) ?? step.revision, until, words);
      await visit(step, kind, rows);
    }
    after = steps.at(-1)?.revision ?? after;
  }
}

/** The document of a step; undefined for a deletion and a merge, and where the text is not the document of that version. */
function readDocument({ doc, entity, version, revision }: Step): Document | undefined {
  try {
    const document = JSON.parse(doc ?? 'null') as Document | null;
    const fits = document?.id === entity && document.version === version && document.revision === revision;
    return fits ? document : undefined;
  } catch {
    return undefined;
  }
}

const NO_DOCUMENT = 'holds no document of that version';

function isDamaged(step: Step, rows: ProjectedRows | undefined): boolean {
  return step.doc !== null && rows === undefined;
}

async function replacedAt(reader: Reader, step: Step): Promise<number | null> {
  const row = await reader.get(
    'next version',
    (db, t) =>
      db
        .select({ revision: t.revisions.revision })
        .from(t.revisions)
        .where(
          and(eq(t.revisions.entity, sql.placeholder('entity')), gt(t.revisions.revision, sql.placeholder('revision'))),
        )
        .orderBy(asc(t.revisions.revision))
        .limit(1),
    { entity: step.entity, revision: step.revision },
  );
  return row?.revision ?? null;
}

/** Notes the text that a version names, and its length. */
function noteText(texts: Map<string, number>, { kept }: RecordKind, { entity, doc }: Step): void {
  if (doc === null || !kept.includes('textSha256')) return;
  const { textSha256, textLength } = JSON.parse(doc) as { textSha256?: string; textLength?: number };
  if (textSha256 !== undefined) texts.set(`${entity} ${textSha256}`, textLength ?? -1);
}

function sizes(kind: RecordKind, rows: ProjectedRows | undefined): [string, number][] {
  return [
    [kind.collection, rows ? 1 : 0],
    ...DETAIL_TABLES.map((table): [string, number] => [table, rows?.[table].length ?? 0]),
  ];
}

async function compare(
  reader: Reader,
  kind: RecordKind,
  step: Step,
  rows: ProjectedRows | undefined,
): Promise<Discrepancy[]> {
  const found: Discrepancy[] = [];
  for (const table of [kind.collection, ...DETAIL_TABLES] as const) {
    const stored = await reader.all(
      `rows of ${table}`,
      (db, t) => {
        const source = t[table] as Tables['links'];
        return db
          .select()
          .from(source)
          .where(eq(source.revision, sql.placeholder('revision')));
      },
      { revision: step.revision },
    );
    const wanted =
      rows === undefined
        ? []
        : table === kind.collection
          ? [rows.record]
          : rows[table as (typeof DETAIL_TABLES)[number]];
    if (canonical(stored) !== canonical(wanted))
      found.push({ where: `${table} of revision ${step.revision}`, what: 'differs from the journal' });
  }
  return found;
}

function canonical(rows: readonly object[]): string {
  const texts = rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
  return texts.sort().join('\n');
}

async function compareTotals(
  reader: Reader,
  kinds: Kinds,
  totals: ReadonlyMap<string, number>,
): Promise<Discrepancy[]> {
  const found: Discrepancy[] = [];
  for (const table of [...[...kinds.values()].map((kind) => kind.collection), ...DETAIL_TABLES] as const) {
    const row = await reader.get(`size of ${table}`, (db, t) =>
      db.select({ count: count() }).from(t[table] as Tables['links']),
    );
    const expected = totals.get(table) ?? 0;
    if (row?.count !== expected)
      found.push({ where: table, what: `has ${row?.count} rows, the journal gives ${expected}` });
  }
  return found;
}

async function compareRollups(reader: Reader, cells: ReadonlyMap<string, string[]>): Promise<Discrepancy[]> {
  const expected = new Map<string, number>();
  for (const [entity, counted] of cells) {
    const type = entity.slice(0, entity.indexOf('_'));
    for (const cell of counted) expected.set(`${type} ${cell}`, (expected.get(`${type} ${cell}`) ?? 0) + 1);
  }
  const found: Discrepancy[] = [];
  const rows = await reader.all('roll-ups', (db, t) => db.select().from(t.rollups));
  for (const { type, dimension, value, count: stored } of rows) {
    const key = `${type} ${dimension} ${value}`;
    if (stored !== (expected.get(key) ?? 0))
      found.push({ where: `roll-up ${key}`, what: `says ${stored}, the journal gives ${expected.get(key) ?? 0}` });
    expected.delete(key);
  }
  for (const [key, n] of expected) found.push({ where: `roll-up ${key}`, what: `is missing, the journal gives ${n}` });
  return found;
}
