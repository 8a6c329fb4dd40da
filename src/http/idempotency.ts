import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { findAnswer, keepAnswer } from '../db/idempotency.js';
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

/**
 * Runs `effect` in a write transaction and sends its answer. With an `Idempotency-Key` the answer is kept for 24 hours
 * in the same transaction, and a repeat of the same request gets it again with `Idempotency-Replayed: true`. Raises
 * `idempotency-key-reused` when the key came with another request.
 */
export async function writeOnce(
  store: Store,
  clock: Clock,
  request: FastifyRequest,
  reply: FastifyReply,
  effect: (tx: Tx) => Promise<Answer>,
): Promise<FastifyReply> {
  const key = readKey(request);
  if (key === undefined) return send(reply, await store.write(effect));
  try {
    const { answer, replayed } = await store.write((tx) => once(tx, clock, request, key, effect));
    if (replayed) reply.header('idempotency-replayed', 'true');
    return send(reply, answer);
  } catch (error) {
    if (error instanceof Problem && FINAL.has(error.status) && error.code !== 'idempotency-key-reused') {
      const headers = { ...error.headers, 'content-type': PROBLEM_JSON, 'cache-control': 'no-store' };
      const answer = { status: error.status, headers, body: problemBody(error, request.id) };
      await store.write((tx) => once(tx, clock, request, key, async () => answer));
    }
    throw error;
  }
}

/**
 * Whether a request is a repeat that `writeOnce` would answer as before: for work that comes before the write. Raises
 * `invalid-request`.
 */
export async function isAnswered(store: Store, clock: Clock, request: FastifyRequest): Promise<boolean> {
  const key = readKey(request);
  if (key === undefined) return false;
  const stored = await findAnswer(store, request.principal?.id ?? '', sha256(key));
  return stored !== undefined && stored.createdAt >= toInstant(clock.now() - KEPT_MS);
}

async function once(tx: Tx, clock: Clock, request: FastifyRequest, key: string, effect: (tx: Tx) => Promise<Answer>) {
  const principal = request.principal?.id ?? '';
  const keySha256 = sha256(key);
  const fingerprint = sha256(
    JSON.stringify([request.method, request.url, request.headers['content-type'] ?? '', request.body ?? null]),
  );
  const stored = await findAnswer(tx, principal, keySha256);
  const now = clock.now();
  const expired = toInstant(now - KEPT_MS);
  if (stored !== undefined && stored.createdAt >= expired) {
    if (stored.fingerprint !== fingerprint) {
      throw new Problem('idempotency-key-reused', 'The Idempotency-Key was used before with a different request.');
    }
    const headers = JSON.parse(stored.headers) as Record<string, string>;
    return { answer: { status: stored.status, headers, body: stored.body }, replayed: true };
  }
  const answer = await effect(tx);
  const { status, body } = answer;
  const row = {
    principal,
    keySha256,
    fingerprint,
    status,
    headers: JSON.stringify(answer.headers),
    body,
    createdAt: toInstant(now),
  };
  await keepAnswer(tx, row, expired);
  return { answer, replayed: false };
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
