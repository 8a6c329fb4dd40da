import { asc, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../db/store.js';

/** An entry of the journal, as far as it tells how its record stands after it. */
export interface Step {
  revision: number;
  entity: string;
  type: string;
  version: number;
  slug: string;
  label: string;
  doc: string | null;
  mergedInto: string | null;
  origin: string | null;
}

const FIELDS = ['version', 'revision', 'slug', 'label', 'deleted', 'mergedInto', 'origin'] as const;
type Standing = Pick<Step, 'version' | 'revision' | 'slug' | 'label' | 'mergedInto' | 'origin'> & { deleted: boolean };

/** How each record stands, by what the journal says. */
export class Standings {
  readonly #byId = new Map<string, Standing>();

  get size(): number {
    return this.#byId.size;
  }

  note({ entity, doc, ...step }: Step): void {
    const { version, revision, slug, label, mergedInto, origin } = step;
    this.#byId.set(entity, { version, revision, slug, label, deleted: doc === null, mergedInto, origin });
  }

  /** The version of a record so far; 0 for one without. */
  version(id: string): number {
    return this.#byId.get(id)?.version ?? 0;
  }

  /** How a record stands; where it was merged, with the record that it goes on as after all merges. */
  of(id: string): Standing | undefined {
    const standing = this.#byId.get(id);
    if (standing === undefined) return undefined;
    let { mergedInto } = standing;
    for (let next = mergedInto; next !== null; next = this.#byId.get(next)?.mergedInto ?? null) mergedInto = next;
    return { ...standing, mergedInto };
  }
}

/** Makes the records stand as the journal says. */
export async function restoreStandings(tx: Tx, standings: Standings): Promise<void> {
  for (const row of await readStandings(tx)) {
    const standing = standings.of(row.id);
    if (standing === undefined || FIELDS.every((field) => standing[field] === row[field])) continue;
    await tx.run(
      'restore standing',
      (db, { entities }) =>
        db
          .update(entities)
          .set(Object.fromEntries(FIELDS.map((field) => [field, sql.placeholder(field)])) as never)
          .where(eq(entities.id, sql.placeholder('id'))),
      { ...standing, id: row.id },
    );
  }
}

/** Where records do not stand as the journal says. */
export async function compareStandings(
  reader: Reader,
  standings: Standings,
): Promise<{ where: string; what: string }[]> {
  const rows = await readStandings(reader);
  const found = rows.flatMap(({ id, ...row }) => {
    const standing = standings.of(id);
    return FIELDS.filter((field) => standing?.[field] !== row[field]).map((field) => ({
      where: id,
      what: `has ${field} ${row[field]}, the journal gives ${standing?.[field] ?? 'nothing'}`,
    }));
  });
  if (rows.length !== standings.size)
    found.push({ where: 'entities', what: `has ${rows.length} rows, the journal names ${standings.size} records` });
  return found;
}

/** The records, without those that are only awaited from a mirrored instance and have no version yet. */
async function readStandings(reader: Reader) {
  const rows = await reader.all('entity standings', (db, { entities }) => {
    const { id, version, revision, slug, label, deleted, mergedInto, origin, via } = entities;
    return db
      .select({ id, version, revision, slug, label, deleted, mergedInto, origin, via })
      .from(entities)
      .orderBy(asc(id));
  });
  return rows.filter(({ version, via }) => version > 0 || via === null).map(({ via: _, ...row }) => row);
}
