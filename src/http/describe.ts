import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../problems.js';

/** RFC 9457 problem details as this service writes them. */
export const ProblemDetails = z
  .object({
    type: z.string().meta({ description: '`/problems/<code>`, which resolves to its documentation.' }),
    title: z.string().meta({ description: 'What sort of problem.' }),
    status: z.int().meta({ description: 'HTTP status.' }),
    detail: z.string().meta({ description: 'What happened this time.' }),
    code: z
      .enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]])
      .meta({ description: 'The portable identifier of the problem.' }),
    requestId: z.string().meta({ description: 'Finds the request in the log.' }),
    retryable: z.boolean().meta({ description: 'Whether the same request may succeed later.' }),
    errors: z
      .array(
        z.object({
          in: z.enum(['body', 'query', 'path', 'header']).meta({ description: 'Part of the request.' }),
          pointer: z.string().optional().meta({ description: 'JSON Pointer into the body.' }),
          parameter: z.string().optional().meta({ description: 'Name of the parameter or header.' }),
          code: z.string().meta({ description: 'What is wrong, as a kebab-case word.' }),
          message: z.string().meta({ description: 'What is wrong and what is allowed.' }),
        }),
      )
      .optional()
      .meta({ description: 'Each thing that is wrong with the input, and where.' }),
  })
  .meta({
    id: 'Problem',
    description: 'Problem details (RFC 9457). Some problems have further members; see their page.',
  });

/** Headers that answers of a status carry beside their problem. */
const PROBLEM_HEADERS: Readonly<Record<number, z.ZodObject>> = {
  401: z.object({
    'WWW-Authenticate': z
      .string()
      .meta({ description: 'The scheme to use: `Bearer`.', header: { id: 'WWWAuthenticate' } }),
  }),
  503: z.object({
    'Retry-After': z.string().meta({ description: 'Seconds to wait before repeating.', header: { id: 'RetryAfter' } }),
  }),
};

/** A description with one code is a component of that name; the same object each time, as the document needs it. */
const described = new Map<string, object>();

/** Responses for the given problems, one for each status, naming the codes it can have. */
export function problemResponses(...codes: ProblemCode[]): Record<string, object> {
  const byStatus = new Map<number, Set<ProblemCode>>();
  for (const code of ['internal', 'unavailable', ...codes] as ProblemCode[]) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  const statuses = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(statuses.map(([status, members]) => [status, problemResponse(status, [...members])]));
}

function problemResponse(status: number, codes: readonly ProblemCode[]): object {
  const known = described.get(codes.join());
  if (known !== undefined) return known;
  const [only = 'internal'] = codes;
  const response = {
    ...(codes.length === 1 && { id: only.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()) }),
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    ...(PROBLEM_HEADERS[status] && { headers: PROBLEM_HEADERS[status] }),
    content: { 'application/problem+json': { schema: ProblemDetails } },
  };
  described.set(codes.join(), response);
  return response;
}

/** Security of an operation: a key, or for reading a key that may be left out. */
export const NEEDS_KEY = [{ apiKey: [] }];
export const KEY_OPTIONAL = [{}, { apiKey: [] }];
