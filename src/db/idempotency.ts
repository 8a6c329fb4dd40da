import { and, eq, lt, sql } from 'drizzle-orm';
import type { Reader, Tx } from './store.js';
import type { Tables } from './tables/index.js';

/** Whose key it is: the same key means nothing to another principal. */
export interface KeyHolder {
  principal: string;
  keySha256: string;
}

/** A request with a key: the answer kept for repeats of it, or that it is being handled. */
export type KeptRequest = Tables['idempotencyKeys']['$inferSelect'];

/** A request that is being handled. */
export interface Claim extends KeyHolder {
  /** Hash of method, path, query, media type and body. */
  fingerprint: string;
  claimedBy: string;
  /** RFC 3339. */
  claimedUntil: string;
  createdAt: string;
}

export interface KeptAnswer {
  status: number;
  /** Headers as a JSON object. */
  headers: string;
  body: string;
  createdAt: string;
}

const ofHolder = (t: Tables) =>
  and(
    eq(t.idempotencyKeys.principal, sql.placeholder('principal')),
    eq(t.idempotencyKeys.keySha256, sql.placeholder('keySha256')),
  );

const ofClaim = (t: Tables) => and(ofHolder(t), eq(t.idempotencyKeys.claimedBy, sql.placeholder('claimedBy')));

/** What is kept under a key, however old. */
export function readKept(reader: Reader, holder: KeyHolder): Promise<KeptRequest | undefined> {
  return reader.get('idempotency find', (db, t) => db.select().from(t.idempotencyKeys).where(ofHolder(t)), {
    ...holder,
  });
}

/** What is kept under a key, if it is not of before `expired` (RFC 3339); what is gets forgotten. */
export async function findKept(tx: Tx, holder: KeyHolder, expired: string): Promise<KeptRequest | undefined> {
  await tx.run(
    'idempotency expire',
    (db, t) => db.delete(t.idempotencyKeys).where(lt(t.idempotencyKeys.createdAt, sql.placeholder('expired'))),
    { expired },
  );
  return readKept(tx, holder);
}

/** Puts a claim in place of whatever is kept under its key. */
export async function putClaim(tx: Tx, claim: Claim): Promise<void> {
  const { principal, keySha256 } = claim;
  await tx.run('idempotency forget', (db, t) => db.delete(t.idempotencyKeys).where(ofHolder(t)), {
    principal,
    keySha256,
  });
  await tx.insert('idempotencyKeys', [{ ...claim, status: 0, headers: '{}', body: '' }]);
}

/** Answers a claim; false when it is another's by now. */
export async function answerClaim(tx: Tx, claim: Claim, answer: KeptAnswer): Promise<boolean> {
  const changed = await tx.run(
    'idempotency answer',
    (db, t) => {
      const columns = ['status', 'headers', 'body', 'createdAt'].map((name) => [name, sql.placeholder(name)]);
      const set = { ...Object.fromEntries(columns), claimedBy: null, claimedUntil: null };
      return db
        .update(t.idempotencyKeys)
        .set(set as never)
        .where(ofClaim(t));
    },
    { principal: claim.principal, keySha256: claim.keySha256, claimedBy: claim.claimedBy, ...answer },
  );
  return changed === 1;
}

/** Takes a claim back, so that the same request may be tried again. */
export async function dropClaim(tx: Tx, { principal, keySha256, claimedBy }: Claim): Promise<void> {
  await tx.run('idempotency drop', (db, t) => db.delete(t.idempotencyKeys).where(ofClaim(t)), {
    ...{ principal, keySha256, claimedBy },
  });
}
