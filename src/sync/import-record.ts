import type { Tx } from '../db/store.js';
import type { Body, RecordKind } from '../journal/kind.js';
import { type Current, findCurrent } from '../journal/read.js';
import { reserveEntity } from '../journal/record.js';
import { Problem } from '../problems.js';
import { type Acting, createRecord, type Effect, replaceRecord } from '../resources/operations/effects.js';
import { requireThere } from '../resources/operations/read.js';
import { externalIdsOf, externalName, namesOf, namesTaken, type RecordLine, withKnownIds } from './import-line.js';
import { type Step, unlessRefused } from './together.js';

/** What became of a record, or of one that a trial run would have created before. */
export type Imported = Pick<Effect, 'id' | 'slug' | 'version' | 'revision'> & {
  became: 'created' | 'updated' | 'same';
};

/** A record that a trial run would have created. */
interface Foreseen {
  kind: RecordKind;
  id: string;
  slug: string;
}

/** What an import has learnt of records by the lines so far. */
export class Known {
  /** Ids here by ids elsewhere, and in a trial run by external id, where these are not the ids here. */
  readonly ids = new Map<string, string>();
  readonly #foreseen = new Map<string, Foreseen>();

  /** Notes a record that was not created only because the run is a trial. */
  foresee(record: RecordLine, { id, slug }: Imported): void {
    const { kind, type } = record.resource;
    const named = { ...record, id, input: { ...record.input, slug } };
    for (const name of namesOf(named)) if (!this.#foreseen.has(name)) this.#foreseen.set(name, { kind, id, slug });
    for (const each of externalIdsOf(record.input)) this.ids.set(externalName(type, each), id);
    if (record.id !== undefined && record.id !== id) this.ids.set(record.id, id);
  }

  foreseen(names: readonly string[]): Foreseen | undefined {
    return names.map((name) => this.#foreseen.get(name)).find((found) => found !== undefined);
  }

  /** Makes room for records of earlier parts of a trial run that are referred to, as if these had been committed. */
  async reserve(tx: Tx, names: readonly string[]): Promise<void> {
    const wanted = new Map(names.flatMap((name) => this.#foreseen.get(name) ?? []).map((each) => [each.id, each]));
    for (const { kind, id, slug } of wanted.values()) {
      const meanwhile = await findCurrent(tx, kind, slug);
      if (meanwhile === undefined || meanwhile.deleted) await reserveEntity(tx, kind, { id, slug, label: slug });
    }
  }
}

/**
 * A line as a step: creates its record, or puts it in place of the one that the line names. That is the one with its
 * first external id that names any, or else with its slug, or else with its id.
 */
export function importStep(record: RecordLine, acting: Omit<Acting, 'counts'>, known: Known): Step<Imported> {
  const { resource, id } = record;
  const { kind } = resource;
  // What is known grows with each line.
  const input = () => withKnownIds(kind, record.input, known.ids);
  return {
    gives: namesOf(record),
    takes: namesTaken({ ...record, input: input() }),
    reserve: (tx) =>
      unlessRefused(async () => {
        const body = kind.parse(input());
        if ((await findNamed(tx, record, body)) !== undefined) return undefined;
        return acting.journal.reserve(tx, { kind, body, ...(id !== undefined && { id }) });
      }),
    async run(tx, counts, reserved) {
      const body = kind.parse(input());
      const current = reserved === undefined ? await findNamed(tx, record, body) : undefined;
      if (current !== undefined) return replaced(tx, { ...acting, counts }, record, current, body, known);
      const foreseen = reserved === undefined ? known.foreseen(namesOf(record)) : undefined;
      if (foreseen !== undefined)
        return { became: 'updated', id: foreseen.id, slug: foreseen.slug, version: 0, revision: 0 };
      const room = reserved ?? (await acting.journal.reserve(tx, { kind, body, ...(id !== undefined && { id }) }));
      return { became: 'created', ...(await createRecord(tx, { ...acting, counts }, resource, body, room)) };
    },
  };
}

async function replaced(
  tx: Tx,
  acting: Acting,
  { resource, id }: RecordLine,
  current: Current,
  body: Body,
  known: Known,
): Promise<Imported> {
  const effect = await replaceRecord(tx, acting, resource, current, body, { any: true });
  if (id !== undefined && id !== current.id) known.ids.set(id, current.id);
  return { became: effect.changed ? 'updated' : 'same', ...effect };
}

/** The record that a line names. Raises `gone` where that was deleted or merged, and a conflict where id and name differ. */
async function findNamed(tx: Tx, { resource, id }: RecordLine, body: Body): Promise<Current | undefined> {
  const { kind } = resource;
  const own = id === undefined ? undefined : await findCurrent(tx, kind, id);
  for (const [index, { scheme, value }] of externalIdsOf(body).entries()) {
    const found = await findCurrent(tx, kind, `${scheme}:${value}`);
    if (found !== undefined) return sameAs(own, found, 'external-id-taken', `/externalIds/${index}`);
  }
  const bySlug = typeof body.slug === 'string' ? await findCurrent(tx, kind, body.slug) : undefined;
  if (bySlug !== undefined && !bySlug.deleted) return sameAs(own, bySlug, 'slug-taken', '/slug');
  return own && requireThere(resource, own, own.id);
}

/** The record found, unless the id of the line is that of another live one. */
function sameAs(own: Current | undefined, found: Current, code: 'external-id-taken' | 'slug-taken', pointer: string) {
  if (own === undefined || own.deleted || own.id === found.id) return found;
  const message = `belongs to ${found.id}, but the \`id\` of the line is that of another record`;
  throw new Problem(code, 'The line names two records.', {
    errors: [{ in: 'body', pointer, code: 'taken', message }],
    extra: { conflictsWith: found.id },
  });
}
