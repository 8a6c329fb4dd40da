import { z } from 'zod';
import type { Body } from '../journal/kind.js';
import { escapePointer } from '../journal/paths.js';
import { type InputError, Problem } from '../problems.js';
import { hint } from '../shared/text.js';

/** Checks a body against a schema and keeps the named fields. Raises `invalid-request` naming every wrong field. */
export function parseBody(schema: z.ZodObject, fields: readonly string[], input: unknown): Body {
  const result = schema.safeParse(input, { error: describe });
  if (!result.success) {
    throw wrongBody(result.error.issues.flatMap((issue) => bodyErrors(issue, schema)));
  }
  const body: Body = {};
  for (const field of fields) {
    const value = (result.data as Body)[field];
    if (value !== undefined) body[field] = value;
  }
  return body;
}

/** That fields of a body are wrong. */
export function wrongBody(errors: readonly InputError[]): Problem {
  const detail =
    errors.length === 1 ? 'One field of the body is wrong.' : `${errors.length} fields of the body are wrong.`;
  return new Problem('invalid-request', detail, { errors });
}

function bodyErrors(issue: z.core.$ZodIssue, schema: z.ZodObject): InputError[] {
  const pointer = issue.path.map((segment) => `/${escapePointer(String(segment))}`).join('');
  if (issue.code === 'unrecognized_keys') {
    const known = knownFields(schema, issue.path);
    return issue.keys.map((key) => ({
      in: 'body',
      pointer: `${pointer}/${escapePointer(key)}`,
      code: 'unknown-field',
      message: `is not a field${hint(key, known)}`,
    }));
  }
  return [{ in: 'body', pointer, code: issueCode(issue), message: issue.message }];
}

function issueCode(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.message === 'is required' ? 'required' : 'wrong-type';
  if (issue.code === 'invalid_value' || isOfUnknownSort(issue)) return 'not-allowed';
  if (issue.code === 'too_big' || issue.code === 'too_small') return 'out-of-range';
  if (issue.code === 'custom' && issue.params?.problem === 'edtf') return 'invalid-edtf';
  return 'invalid-format';
}

/** That the field which tells sorts of objects apart names none of them. */
function isOfUnknownSort(issue: z.core.$ZodIssue | z.core.$ZodRawIssue): boolean {
  return issue.code === 'invalid_union' && 'options' in issue && issue.options !== undefined;
}

/** Messages that go on from the name of the field: "must be one of …". */
function describe(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'is required' : `must be ${named(issue.expected)}`;
  if (issue.code === 'invalid_value') return oneOf(issue.values as unknown[], issue.input);
  if (isOfUnknownSort(issue)) {
    const { discriminator, options, input } = issue as { discriminator: string; options: unknown[]; input: unknown };
    return oneOf(options, (input as Body | undefined)?.[discriminator]);
  }
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}${unit(issue.origin)}`;
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}${unit(issue.origin)}`;
  return undefined;
}

function oneOf(values: readonly unknown[], given: unknown): string {
  return `must be one of ${values.join(', ')}${typeof given === 'string' ? hint(given, values.map(String)) : ''}`;
}

function named(type: string): string {
  const article = /^[aeio]/.test(type) ? 'an' : 'a';
  return type === 'int' ? 'a whole number' : `${article} ${type}`;
}

function unit(origin: string | undefined): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' items long' : '';
}

function knownFields(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let node: z.ZodType | undefined = schema;
  for (const segment of path) {
    node = unwrap(node);
    if (node instanceof z.ZodObject) node = (node.shape as Record<string, z.ZodType>)[String(segment)];
    else if (node instanceof z.ZodArray) node = node.element as z.ZodType;
    else return [];
  }
  node = unwrap(node);
  return node instanceof z.ZodObject ? Object.keys(node.shape) : [];
}

/** A schema without what makes it optional, nullable or gives it a default. */
export function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let node = schema;
  while (node instanceof z.ZodOptional || node instanceof z.ZodNullable || node instanceof z.ZodDefault) {
    node = node.unwrap() as z.ZodType;
  }
  return node;
}
