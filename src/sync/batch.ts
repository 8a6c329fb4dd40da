import { readHead } from '../db/head.js';
import type { Tx } from '../db/store.js';
import { noteOf } from '../http/change.js';
import { type Precondition, versionTag } from '../http/conditional.js';
import { problemDetails } from '../http/problem-details.js';
import type { Body } from '../journal/kind.js';
import type { Current } from '../journal/read.js';
import type { Author } from '../journal/record.js';
import { Problem, problemAt } from '../problems.js';
import { resourceOfType } from '../resources/index.js';
import {
  type Acting,
  createRecord,
  createUnder,
  deleteRecord,
  documentOf,
  type Effect,
  liveRecord,
  mergeRecord,
  patchRecord,
  replaceRecord,
  upsertRecord,
  withExternalId,
} from '../resources/operations/effects.js';
import { applyJsonPatch, applyMergePatch } from '../resources/operations/patch.js';
import type { Services } from '../resources/operations/services.js';
import { parseBody } from '../resources/parse.js';
import type { Resource } from '../resources/resource.js';
import { BatchInput, MAX_OPERATIONS, type Operation } from './batch.schema.js';
import { allOrNone, eachForItself, namesIn, type Step, StepFailure, slugName, unlessRefused } from './together.js';

export interface Batch {
  mode: 'atomic' | 'independent';
  operations: readonly Operation[];
}

/** Reads a batch; what records are to say is left to each operation. Raises `invalid-request`. */
export function parseBatch(input: unknown): Batch {
  const { operations } = (input ?? {}) as { operations?: unknown };
  // Before each is looked at.
  if (Array.isArray(operations) && operations.length > MAX_OPERATIONS) {
    const message = `must be at most ${MAX_OPERATIONS} items long`;
    throw new Problem('invalid-request', `The batch has ${operations.length} operations.`, {
      errors: [{ in: 'body', pointer: '/operations', code: 'out-of-range', message }],
    });
  }
  return parseBody(BatchInput, ['mode', 'operations'], input) as unknown as Batch;
}

/**
 * Does a batch within the transaction and gives the answer. Raises the problem of the first operation that fails, with
 * its place, when the batch is atomic.
 */
export async function runBatch(
  tx: Tx,
  services: Pick<Services, 'journal' | 'baseUrl'>,
  { mode, operations }: Batch,
  author: Author,
): Promise<object> {
  const steps = operations.map((operation) => stepOf(services, operation, author));
  const data =
    mode === 'atomic' ? await atomically(tx, operations, steps) : await independently(tx, operations, steps, author);
  const { revision } = await readHead(tx);
  return { data, revision };
}

async function atomically(tx: Tx, operations: readonly Operation[], steps: readonly Step<Effect>[]): Promise<object[]> {
  try {
    return (await allOrNone(tx, steps)).map(resultOf);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    throw placed(error.problem, operations, error.index, { operation: error.index });
  }
}

async function independently(
  tx: Tx,
  operations: readonly Operation[],
  steps: readonly Step<Effect>[],
  { requestId }: Author,
): Promise<object[]> {
  const outcomes = await eachForItself(tx, steps);
  return outcomes.map((outcome, index) => {
    if ('result' in outcome) return resultOf(outcome.result);
    const problem = placed(outcome.problem, operations, index);
    return { status: problem.status, problem: problemDetails(problem, requestId) };
  });
}

function resultOf({ status, id, slug, version, revision, changed }: Effect): object {
  const etag = status === 204 ? {} : { etag: versionTag(version) };
  return { status, id, slug, version, revision, ...etag, changed };
}

function placed(problem: Problem, operations: readonly Operation[], index: number, extra?: object): Problem {
  return problemAt(problem, `/operations/${index}${MEMBERS[operations[index]?.op ?? 'create']}`, { ...extra });
}

type Kinds = Operation['op'];
/** Where in an operation stands what is the whole body of the single call. */
const MEMBERS: Readonly<Record<Kinds, string>> = {
  ...{ create: '/body', put: '/body', upsert: '/body', patch: '/patch' },
  ...{ delete: '', merge: '' },
};
type Of<Kind extends Kinds> = Extract<Operation, { op: Kind }>;

/** What each kind of operation does. Checks run in the order of the single call: record, body, precondition, effect. */
const EFFECTS: {
  readonly [Kind in Kinds]: (
    tx: Tx,
    acting: Acting,
    resource: Resource,
    operation: Of<Kind>,
    reserved: Current | undefined,
  ) => Promise<Effect>;
} = {
  create: (tx, acting, resource, { body }, reserved) =>
    createRecord(tx, acting, resource, resource.kind.parse(body), reserved),
  put: async (tx, acting, resource, { ref, ifMatch, ifNoneMatch, body }) => {
    if (ifNoneMatch !== undefined) return createUnder(tx, acting, resource, ref, resource.kind.parse(body));
    const current = await liveRecord(tx, resource, ref);
    return replaceRecord(tx, acting, resource, current, resource.kind.parse(body), preconditionOf(ifMatch));
  },
  patch: async (tx, acting, resource, { ref, ifMatch, patch }) => {
    const apply = Array.isArray(patch) ? applyJsonPatch : applyMergePatch;
    const patched = (document: Body) => resource.kind.parse(apply(document, patch));
    const current = await liveRecord(tx, resource, ref);
    patched(documentOf(current));
    return patchRecord(tx, acting, resource, current, patched, preconditionOf(ifMatch));
  },
  delete: async (tx, acting, resource, { ref, ifMatch }) =>
    deleteRecord(tx, acting, resource, await liveRecord(tx, resource, ref), preconditionOf(ifMatch)),
  merge: async (tx, acting, resource, { ref, ifMatch, into }) =>
    mergeRecord(tx, acting, resource, await liveRecord(tx, resource, ref), into, preconditionOf(ifMatch)),
  upsert: (tx, acting, resource, { externalId, ifMatch, ifNoneMatch, body: input }) => {
    const body = resource.kind.parse(withExternalId(resource.kind.parse(input), externalId));
    const condition = { match: preconditionOf(ifMatch), mustBeNew: ifNoneMatch !== undefined };
    return upsertRecord(tx, acting, resource, externalId, body, condition);
  },
};

function preconditionOf(ifMatch: number | '*' | undefined): Precondition | undefined {
  if (ifMatch === undefined) return undefined;
  return ifMatch === '*' ? { any: true } : { any: false, versions: [ifMatch], given: String(ifMatch) };
}

function stepOf(
  { journal, baseUrl }: Pick<Services, 'journal' | 'baseUrl'>,
  operation: Operation,
  author: Author,
): Step<Effect> {
  const resource = resourceOfType(operation.type);
  const { kind } = resource;
  const { note, changeKind = author.changeKind } = operation;
  const own = { ...author, changeKind, note: note === undefined ? author.note : noteOf(note) };
  const effect = EFFECTS[operation.op] as (...args: unknown[]) => Promise<Effect>;
  const slug = slugCreated(operation);
  const named = 'body' in operation ? operation.body : 'patch' in operation ? operation.patch : undefined;
  return {
    gives: slug === undefined ? [] : [slugName(kind.type, slug), slugName('any', slug)],
    takes: namesIn(kind, named),
    ...(operation.op === 'create' && {
      reserve: (tx: Tx) => unlessRefused(async () => journal.reserve(tx, { kind, body: kind.parse(operation.body) })),
    }),
    run: (tx, counts, reserved) => effect(tx, { journal, baseUrl, author: own, counts }, resource, operation, reserved),
  };
}

/** The slug that an operation may create a record under, as far as it says so. */
function slugCreated(operation: Operation): string | undefined {
  if (operation.op === 'put') return operation.ref;
  if (!('body' in operation)) return undefined;
  const { slug } = (operation.body ?? {}) as { slug?: unknown };
  return typeof slug === 'string' ? slug : undefined;
}
