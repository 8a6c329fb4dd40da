import { and, eq, gte, inArray, lt, sql } from 'drizzle-orm';
import { holds, valuesAt, whenOf } from '../../db/conditions.js';
import type { Reader } from '../../db/store.js';
import type { Document } from '../../journal/kind.js';
import { documentsById } from '../../journal/read.js';
import { inBatches, listValues } from '../../journal/references.js';
import { idRange, type ResourceType } from '../../shared/ids.js';

/** A step from records to others along their present edges; any relation and any type when left out. */
export interface Step {
  /** `out`: to what they point at; `in`: to what points at them. */
  direction: 'out' | 'in';
  relations?: readonly string[];
  type?: ResourceType;
}

/** The present records, as rules read them: in batches, each document once. */
export class World {
  readonly reader: Reader;
  readonly #documents = new Map<string, Document | undefined>();

  constructor(reader: Reader) {
    this.reader = reader;
  }

  /** Some records by id; those that were deleted are left out. One query for 500 that were not read before. */
  async documents(ids: Iterable<string>): Promise<Map<string, Document>> {
    const wanted = [...new Set(ids)];
    const missing = wanted.filter((id) => !this.#documents.has(id));
    for (const id of missing) this.#documents.set(id, undefined);
    for (const [id, document] of await documentsById(this.reader, missing, undefined))
      this.#documents.set(id, document);
    const found = wanted.map((id) => [id, this.#documents.get(id)] as const);
    return new Map(found.filter((entry): entry is [string, Document] => entry[1] !== undefined));
  }

  /** The records that point at each of some, as the step `in` says; none for those that nothing points at. */
  async pointingAt(ids: Iterable<string>, step: Omit<Step, 'direction'>): Promise<Map<string, Document[]>> {
    const pairs = await neighbours(this.reader, [...new Set(ids)], { ...step, direction: 'in' });
    const documents = await this.documents(pairs.map(({ to }) => to));
    const pointing = new Map<string, Document[]>();
    for (const { from, to } of pairs) {
      const document = documents.get(to);
      if (document !== undefined) pointing.set(from, [...(pointing.get(from) ?? []), document]);
    }
    return pointing;
  }
}

interface Pair {
  from: string;
  to: string;
}

/**
 * The neighbours of some records by one step, each pair once, in order, as they are or were at a revision. One query for
 * 500 records.
 */
export async function neighbours(reader: Reader, ids: readonly string[], step: Step, asOf?: number): Promise<Pair[]> {
  const when = whenOf(asOf);
  const relations = step.relations && listValues(step.relations, 'r');
  const shape = `neighbours ${when} ${step.direction} ${relations?.names.length ?? ''} ${step.type === undefined ? '' : 'of type'}`;
  const pairs = await inBatches(ids, (batch) => {
    const { names, values } = listValues(batch);
    return reader.all<Pair>(
      `${shape} ${names.length}`,
      (db, { links }) => {
        const [from, to] = step.direction === 'out' ? [links.subject, links.target] : [links.target, links.subject];
        return db
          .selectDistinct({ from, to })
          .from(links)
          .where(
            and(
              inArray(
                from,
                names.map((name) => sql.placeholder(name)),
              ),
              holds(when, links),
              relations &&
                inArray(
                  links.relation,
                  relations.names.map((name) => sql.placeholder(name)),
                ),
              step.type && ofType(step.direction, links),
            ),
          );
      },
      { ...values, ...relations?.values, ...typeValues(step), ...valuesAt(asOf) },
    );
  });
  return pairs.sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
}

type Links = Parameters<Parameters<Reader['all']>[1]>[1]['links'];

/** Subjects say their type; targets show it in their id. */
function ofType(direction: Step['direction'], links: Links) {
  return direction === 'in'
    ? eq(links.subjectType, sql.placeholder('type'))
    : and(gte(links.target, sql.placeholder('lowest')), lt(links.target, sql.placeholder('beyond')));
}

function typeValues({ direction, type }: Step): Record<string, string> {
  if (type === undefined) return {};
  return direction === 'in' ? { type } : idRange(type);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
