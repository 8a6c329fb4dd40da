import fc from 'fast-check';
import { expect } from 'vitest';
import type { AnyJson, Client } from '../support/client.js';
import { alone } from './operations.js';

/** An operation, before it is known which records there are. */
export interface Step {
  op: 'create' | 'put' | 'patch' | 'delete' | 'merge' | 'upsert';
  /** Which of the records there are, and which other one of its type it is merged into or refers to. */
  pick: number;
  other: number;
  /** What it then says; the same again makes no change. */
  variant: number;
}

/** What a writer does in one request: one operation, or some in a batch. */
export type Doing = Step | { mode: 'atomic' | 'independent'; steps: Step[] };

const step: fc.Arbitrary<Step> = fc.record({
  op: fc.constantFrom('create', 'create', 'patch', 'patch', 'put', 'delete', 'merge', 'merge', 'upsert'),
  pick: fc.nat(1_000),
  other: fc.nat(1_000),
  variant: fc.nat(3),
});
const batch: fc.Arbitrary<Doing> = fc.record({
  mode: fc.constantFrom('atomic', 'independent'),
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
});
/** What one writer does, one after the other. */
export const doings = fc.array(fc.oneof({ arbitrary: step, weight: 3 }, { arbitrary: batch, weight: 1 }), {
  minLength: 1,
  maxLength: 7,
});

const BODIES = {
  area: (variant: number) => ({ label: `Area ${variant}`, definition: `Says ${variant}` }),
  actor: (variant: number) => ({ name: `Actor ${variant}`, kind: variant % 2 === 0 ? 'state' : 'person' }),
  source: (variant: number) => ({ title: `Source ${variant}`, kind: 'news' }),
} as const;
type Type = keyof typeof BODIES;
const TYPES = Object.keys(BODIES) as Type[];

/** All live records, by the lists. */
export async function listed(http: Client): Promise<Map<string, AnyJson>> {
  const lists = await Promise.all(TYPES.map((type) => http.walk(`/v1/${type}s?limit=200`)));
  return new Map(lists.flatMap(({ data }) => data).map((record) => [record.id, record]));
}

const typeOf = (id: string) => id.slice(0, id.indexOf('_')) as Type;

/** Another writer may have deleted or merged the record, or one that is referred to; a record is not merged into itself. */
const STATUSES: Readonly<Record<Step['op'], readonly number[]>> = {
  create: [201, 422],
  put: [200, 410, 422],
  patch: [200, 410, 422],
  delete: [204, 409, 410],
  merge: [200, 409, 410, 422],
  upsert: [200, 201, 409, 422],
};
const MANY_RECORDS = 25;

/** The records that all writers share, so that they get into one another's way. */
export class Desk {
  readonly #ids: string[] = [];
  /** Requests by what they were, answered with success or not. */
  readonly counts = { batches: 0, refused: 0 };
  /** Revisions that answers of batches told as the last one of theirs. */
  readonly ends: number[] = [];

  async does(http: Client, doing: Doing): Promise<void> {
    if (!('steps' in doing)) {
      const operation = this.#operation(doing);
      const { status, body } = await alone(http, operation);
      this.#note(operation, { status, id: body?.id });
      return;
    }
    const operations = doing.steps.map((each) => this.#operation(each));
    const { status, body } = await http.post('/v1/batch', { mode: doing.mode, operations });
    if (status !== 200) {
      expect({ mode: doing.mode, status: [409, 410, 422].includes(status) || body }).toEqual({
        ...{ mode: 'atomic', status: true },
      });
      this.counts.refused += 1;
      return;
    }
    expect(body.data).toHaveLength(operations.length);
    this.counts.batches += 1;
    for (const [index, operation] of operations.entries()) this.#note(operation, body.data[index]);
    if (body.data.some(({ changed }: AnyJson) => changed)) this.ends.push(body.revision);
  }

  /** An operation on the records there are; where there is none, one is made. */
  #operation({ op, pick, other, variant }: Step): AnyJson {
    const ref = this.#ids[pick % Math.max(this.#ids.length, 1)];
    const target = this.#ids[other % Math.max(this.#ids.length, 1)];
    if (ref === undefined || (op === 'create' && this.#ids.length < MANY_RECORDS)) {
      const type = TYPES[pick % TYPES.length] as Type;
      // Of every other record: by the time that it is written, it may have been deleted, or merged into another.
      const relations = target === undefined || variant % 2 === 0 ? [] : [{ kind: 'related', target }];
      return { op: 'create', type, body: { ...BODIES[type](variant), relations } };
    }
    const type = typeOf(ref);
    const body = BODIES[type](variant);
    if (op === 'upsert') return { op, type, externalId: { scheme: 'model', value: `e${other % 4}` }, body };
    const known = { op: op === 'create' ? 'patch' : op, type, ref, ifMatch: '*' };
    if (op === 'delete') return known;
    if (op === 'put') return { ...known, body };
    if (op !== 'merge') return { ...known, patch: body };
    const alike = this.#ids.filter((id) => typeOf(id) === type);
    return { ...known, into: alike[other % alike.length] };
  }

  /** Notes which records there are after an operation that was answered so. */
  #note({ op, ref }: AnyJson, { status, id }: AnyJson): void {
    const asExpected = STATUSES[op as Step['op']].includes(status);
    expect({ op, status, asExpected }).toEqual({ op, status, asExpected: true });
    if (status === 201) this.#ids.push(id);
    const isGone = ['delete', 'merge'].includes(op) && status < 300;
    if (isGone && this.#ids.includes(ref)) this.#ids.splice(this.#ids.indexOf(ref), 1);
  }
}
