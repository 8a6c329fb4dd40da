import { applyPatch, type Operation } from 'rfc6902';
import { z } from 'zod';
import type { Body, Json } from '../../journal/kind.js';
import { type InputError, Problem } from '../../problems.js';
import { anyJson } from '../common.schema.js';

const pointer = z
  .string()
  .max(1000)
  .regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'must be a JSON Pointer to a part of the record, such as /title')
  .meta({ description: 'JSON Pointer (RFC 6901).', examples: ['/title'] });
const value = anyJson('Any JSON.');
const MAX_OPERATIONS = 100;
/** Copies could double a document again and again. */
const MAX_RESULT_CHARS = 2_000_000;

/** JSON Patch (RFC 6902), each operation with the members that it needs. */
export const JsonPatch = z
  .array(
    z.discriminatedUnion('op', [
      z.strictObject({ op: z.literal('add'), path: pointer, value }),
      z.strictObject({ op: z.literal('remove'), path: pointer }),
      z.strictObject({ op: z.literal('replace'), path: pointer, value }),
      z.strictObject({ op: z.literal('move'), path: pointer, from: pointer }),
      z.strictObject({ op: z.literal('copy'), path: pointer, from: pointer }),
      z.strictObject({ op: z.literal('test'), path: pointer, value }),
    ]),
  )
  .max(MAX_OPERATIONS)
  .meta({
    id: 'JsonPatch',
    description: 'JSON Patch (RFC 6902): operations applied one after the other, all or none.',
  });

/** JSON Merge Patch (RFC 7396): members replace fields, null removes them, objects are merged. Raises `invalid-request`. */
export function applyMergePatch(document: Body, patch: unknown): Body {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    throw invalid([{ in: 'body', pointer: '', code: 'wrong-type', message: 'must be an object' }]);
  }
  return merge(document, patch as Json) as Body;
}

function merge(target: Json | undefined, patch: Json): Json {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result: { [key: string]: Json } = isObject ? { ...target } : {};
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) delete result[key];
    else result[key] = merge(result[key], change);
  }
  return result;
}

/** JSON Patch (RFC 6902) on a copy of the document. Raises `invalid-request`, and `rule-violated` when a test fails. */
export function applyJsonPatch(document: Body, patch: unknown): Body {
  const parsed = JsonPatch.safeParse(patch);
  if (!parsed.success) {
    throw invalid(
      parsed.error.issues.map((issue) => ({
        in: 'body',
        pointer: issue.path.map((segment) => `/${String(segment)}`).join(''),
        code: 'invalid-operation',
        message: issue.message,
      })),
    );
  }
  const copy = structuredClone(document);
  for (const [index, operation] of (parsed.data as Operation[]).entries()) {
    const error = applyPatch(copy, [operation])[0] ?? tooLarge(operation, copy);
    if (error === undefined) continue;
    const failure: InputError = {
      in: 'body',
      pointer: `/${index}`,
      code: 'operation-failed',
      message: error.message.slice(0, 300),
    };
    if (error.name === 'TestError')
      throw new Problem('rule-violated', 'A test of the patch failed; nothing was changed.', { errors: [failure] });
    throw invalid([failure]);
  }
  return copy;
}

function tooLarge(operation: Operation, document: Body): Error | undefined {
  if (operation.op !== 'copy' || JSON.stringify(document).length <= MAX_RESULT_CHARS) return undefined;
  return new Error('makes the record too large');
}

function invalid(errors: InputError[]): Problem {
  return new Problem('invalid-request', 'The patch cannot be applied.', { errors });
}
