import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  answerClaim,
  type Claim,
  dropClaim,
  findKept,
  type KeptRequest,
  type KeyHolder,
  putClaim,
  readKept,
} from '../db/idempotency.js';
import type { Store, Tx } from '../db/store.js';
import { Problem } from '../problems.js';
import { type Clock, toInstant } from '../shared/clock.js';
import { wrongHeader } from './change.js';
import { PROBLEM_JSON, problemBody } from './problem-details.js';

const KEPT_MS = 24 * 60 * 60 * 1000;
/** Problems decided by the state of the knowledge base; a repeat gets the same answer. */
const FINAL = new Set([409, 412, 422]);

/** An answer before it is sent. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** For how long a request is left to the process that has begun it. Another may then take it over: it may be gone. */
export const CLAIM_MS = { short: 2_000, long: 60_000 } as const;

/**
 * Runs `effect` in a write transaction and sends its answer. With an `Idempotency-Key` the answer is kept for 24 hours
 * in the same transaction, and a repeat of the same request gets it again with `Idempotency-Replayed: true`. Raises
 * `idempotency-key-reused` when the key came with another request, and `idempotency-in-progress` while one with it is
 * being handled, by any process; one that died is waited for as long as `claim` says.
 */
export async function writeOnce(
  store: Store,
  clock: Clock,
  request: FastifyRequest,
  reply: FastifyReply,
  effect: (tx: Tx) => Promise<Answer>,
  claim: keyof typeof CLAIM_MS = 'short',
): Promise<FastifyReply> {
  const key = readKey(request);
  if (key === undefined) return send(reply, await store.write(effect));
  const begun = await store.write((tx) => begin(tx, clock, request, key, CLAIM_MS[claim]));
  if ('answer' in begun) return send(reply.header('idempotency-replayed', 'true'), begun.answer);
  try {
    return send(reply, await store.write((tx) => settle(tx, clock, begun, effect)));
  } catch (error) {
    await conclude(store, clock, begun, request, error);
    throw error;
  }
}

/**
 * Whether `writeOnce` would answer without running its effect: for work that comes before the write. Raises
 * `invalid-request`.
 */
export async function isHandled(store: Store, clock: Clock, request: FastifyRequest): Promise<boolean> {
  const key = readKey(request);
  if (key === undefined) return false;
  const kept = await readKept(store, holderOf(request, key));
  const now = clock.now();
  return kept !== undefined && kept.createdAt >= toInstant(now - KEPT_MS) && !isAbandoned(kept, now);
}

function holderOf(request: FastifyRequest, key: string): KeyHolder {
  return { principal: request.principal?.id ?? '', keySha256: sha256(key) };
}

/** Whether the process that has begun to handle it is taken to be gone. */
function isAbandoned({ claimedUntil }: KeptRequest, now: number): boolean {
  return claimedUntil !== null && claimedUntil < toInstant(now);
}

/** The answer there is, or the claim of this request. Both are seen by other processes once it is committed. */
async function begin(
  tx: Tx,
  clock: Clock,
  request: FastifyRequest,
  key: string,
  claimMs: number,
): Promise<Claim | { answer: Answer }> {
  const holder = holderOf(request, key);
  const fingerprint = sha256(
    JSON.stringify([request.method, request.url, request.headers['content-type'] ?? '', request.body ?? null]),
  );
  const now = clock.now();
  const kept = await findKept(tx, holder, toInstant(now - KEPT_MS));
  if (kept === undefined || isAbandoned(kept, now)) {
    const times = { createdAt: toInstant(now), claimedUntil: toInstant(now + claimMs) };
    const claim = { ...holder, fingerprint, claimedBy: request.id, ...times };
    await putClaim(tx, claim);
    return claim;
  }
  if (kept.fingerprint !== fingerprint) {
    throw new Problem('idempotency-key-reused', 'The Idempotency-Key was used before with a different request.');
  }
  if (kept.claimedUntil !== null) throw inProgress();
  const headers = JSON.parse(kept.headers) as Record<string, string>;
  return { answer: { status: kept.status, headers, body: kept.body } };
}

/** Raises `idempotency-in-progress` when another request has taken the claim over meanwhile; nothing is done then. */
async function settle(tx: Tx, clock: Clock, claim: Claim, effect: (tx: Tx) => Promise<Answer>): Promise<Answer> {
  const answer = await effect(tx);
  const { status, body } = answer;
  const kept = { status, headers: JSON.stringify(answer.headers), body, createdAt: toInstant(clock.now()) };
  if (!(await answerClaim(tx, claim, kept))) throw inProgress();
  return answer;
}

/** Keeps a problem that is final; after any other the request may be tried again. */
async function conclude(store: Store, clock: Clock, claim: Claim, request: FastifyRequest, error: unknown) {
  if (error instanceof Problem && FINAL.has(error.status) && error.code !== 'idempotency-in-progress') {
    const headers = { ...error.headers, 'content-type': PROBLEM_JSON, 'cache-control': 'no-store' };
    const answer = { status: error.status, headers, body: problemBody(error, request.id) };
    await store.write((tx) => settle(tx, clock, claim, async () => answer));
    return;
  }
  // Where this fails, too, the claim passes by itself.
  await store.write((tx) => dropClaim(tx, claim)).catch(() => undefined);
}

function inProgress(): Problem {
  return new Problem('idempotency-in-progress', 'A request with this Idempotency-Key is still being handled.');
}

/** Sends an answer made inside a write, after it was committed. */
export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  return reply.code(answer.status).headers(answer.headers).send(answer.body);
}

/** The key, bare or quoted: 1 to 255 visible ASCII characters. Raises `invalid-request`. */
function readKey(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  const key = String(header).replace(/^"(.*)"$/, '$1');
  if (!/^[!-~]{1,255}$/.test(key)) throw wrongHeader('Idempotency-Key', 'must have 1 to 255 visible ASCII characters');
  return key;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
