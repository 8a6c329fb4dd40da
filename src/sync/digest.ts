import { hash } from 'node:crypto';
import { and, asc, gt, lt, sql } from 'drizzle-orm';
import { isOfEntityAsOf } from '../db/feed.js';
import type { Reader } from '../db/store.js';
import type { Analyst, Task } from '../journal/analysis.js';
import { runPatiently } from '../resources/operations/patience.js';
import { presentOr } from '../resources/operations/present.js';
import { idRange, type ResourceType } from '../shared/ids.js';

export const BUCKETS = 256;
const BYTES = 32;
/** Records that a statement reads, and statements of one task: others get their turn in between. */
const BATCH = 1_000;
const BATCHES = 10;

/** A version of a record, which is all that a digest is made of. */
export interface Held {
  id: string;
  version: number;
}

/** Where a record counts: the first byte of the SHA-256 of its id. */
export function bucketOf(id: string): number {
  return hash('sha256', id, 'buffer')[0] ?? 0;
}

/** How many records there are, and the exclusive or of the SHA-256 of `<id> <version>` of each. Order does not matter. */
export class Sum {
  count: number;
  readonly bytes: Uint8Array;

  constructor(count = 0, bytes: Uint8Array = new Uint8Array(BYTES)) {
    this.count = count;
    this.bytes = bytes;
  }

  add({ id, version }: Held): void {
    this.count += 1;
    xor(this.bytes, hash('sha256', `${id} ${version}`, 'buffer'));
  }

  merge({ count, bytes }: Pick<Sum, 'count' | 'bytes'>): void {
    this.count += count;
    xor(this.bytes, bytes);
  }

  copy(): Sum {
    return new Sum(this.count, Uint8Array.from(this.bytes));
  }

  get hex(): string {
    return Buffer.from(this.bytes).toString('hex');
  }
}

function xor(into: Uint8Array, other: Uint8Array): void {
  for (let index = 0; index < BYTES; index += 1) into[index] = (into[index] ?? 0) ^ (other[index] ?? 0);
}

export interface DigestArgs {
  revision: number;
  type: ResourceType;
  /** The id to go on behind. */
  after: string | undefined;
  /** The one bucket whose records are wanted; undefined for the sums of all. */
  bucket: number | undefined;
}

export interface DigestPart {
  /** Count and bytes of each bucket, in order. */
  sums: Pick<Sum, 'count' | 'bytes'>[];
  records: Held[];
  /** Undefined at the end of the type. */
  next: string | undefined;
}

/** Some thousands of records of a digest at a revision. */
export const DIGEST: Task<DigestArgs, DigestPart> = {
  name: 'digest',
  async run(reader, { revision, type, after, bucket }) {
    const asOf = await presentOr(reader, revision);
    const sums = Array.from({ length: BUCKETS }, () => new Sum());
    const records: Held[] = [];
    const { lowest, beyond } = idRange(type);
    let position = after ?? lowest;
    for (let batch = 1; ; batch += 1) {
      const { held, last } = await readHeld(reader, position, beyond, asOf);
      for (const each of held) {
        const own = bucketOf(each.id);
        if (bucket === undefined || bucket === own) sums[own]?.add(each);
        if (bucket === own) records.push(each);
      }
      const next = last;
      if (next === undefined || batch === BATCHES)
        return { sums: sums.map(({ count, bytes }) => ({ count, bytes })), records, next };
      position = next;
    }
  },
};

/** The records behind an id that there were, and the id to go on behind. */
async function readHeld(
  reader: Reader,
  after: string,
  beyond: string,
  asOf: number | undefined,
): Promise<{ held: Held[]; last: string | undefined }> {
  const rows =
    asOf === undefined ? await readPresent(reader, after, beyond) : await readPast(reader, after, beyond, asOf);
  const last = rows.length < BATCH ? undefined : rows.at(-1)?.id;
  return { held: rows.flatMap(({ id, version, isLive }) => (isLive ? [{ id, version }] : [])), last };
}

type Row = Held & { isLive: boolean };

async function readPresent(reader: Reader, after: string, beyond: string): Promise<Row[]> {
  const rows = await reader.all(
    'digest of the present',
    (db, { entities }) => {
      const { id, version, deleted } = entities;
      return db
        .select({ id, version, deleted })
        .from(entities)
        .where(and(gt(id, sql.placeholder('after')), lt(id, sql.placeholder('beyond'))))
        .orderBy(asc(id))
        .limit(BATCH);
    },
    { after, beyond },
  );
  return rows.map(({ deleted, ...row }) => ({ ...row, isLive: !deleted }));
}

/** Of entities that there were not yet there is no revision; they are read so that each statement has its bound. */
async function readPast(reader: Reader, after: string, beyond: string, asOf: number): Promise<Row[]> {
  const rows = await reader.all(
    'digest as of',
    (db, t) => {
      const { id } = t.entities;
      return db
        .select({ id, version: t.revisions.version, op: t.revisions.op })
        .from(t.entities)
        .leftJoin(t.revisions, isOfEntityAsOf(t))
        .where(and(gt(id, sql.placeholder('after')), lt(id, sql.placeholder('beyond'))))
        .orderBy(asc(id))
        .limit(BATCH);
    },
    { after, beyond, asOf },
  );
  return rows.map(({ id, version, op }) => ({ id, version: version ?? 0, isLive: op === 'put' }));
}

export interface Digest {
  all: Sum;
  buckets: Sum[];
  /** Of the bucket asked for, by id. */
  records: Held[];
}

/** The digest of the records of some types at a revision, read part by part. */
export async function readDigest(
  analyst: Analyst,
  revision: number,
  types: readonly ResourceType[],
  bucket?: number,
): Promise<Digest> {
  const buckets = Array.from({ length: BUCKETS }, () => new Sum());
  const records: Held[] = [];
  let begun = false;
  for (const type of types) {
    let after: string | undefined;
    do {
      const part = await runPatiently(analyst, DIGEST, { revision, type, after, bucket }, begun);
      begun = true;
      for (const [index, sum] of part.sums.entries()) buckets[index]?.merge(sum);
      records.push(...part.records);
      after = part.next;
    } while (after !== undefined);
  }
  const all = new Sum();
  for (const sum of buckets) all.merge(sum);
  return { all, buckets, records };
}
