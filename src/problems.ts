/** One entry of the error catalogue: the only errors this service answers with. */
export interface ProblemEntry {
  status: number;
  title: string;
  /** What happened and what to do, for `/problems/{code}` and docs/errors.md. */
  explanation: string;
  /** Whether the same request may succeed later without being changed. */
  retryable: boolean;
}

function entry(status: number, title: string, explanation: string, retryable = false): ProblemEntry {
  return { status, title, explanation, retryable };
}

/** RFC 9457 problem types by code. Closed: `Problem` takes no other code, and a test holds the docs against it. */
export const PROBLEMS = {
  'invalid-request': entry(
    400,
    'Invalid request',
    'The body or a header does not have the required form. `errors` names each place with a JSON Pointer and says what is allowed there.',
  ),
  'malformed-json': entry(
    400,
    'Malformed JSON',
    'The body is not JSON, is empty, repeats a key within an object, is nested deeper than 32 levels, or has a key such as `__proto__` that is never accepted.',
  ),
  'invalid-text': entry(
    400,
    'Invalid text',
    'A text holds U+0000, a lone surrogate or bytes that are not UTF-8. `errors` names where.',
  ),
  'invalid-parameter': entry(
    400,
    'Invalid parameter',
    'A query or path parameter has a value that is not allowed. `errors` names the parameter and the allowed values.',
  ),
  'unknown-parameter': entry(
    400,
    'Unknown parameter',
    'The operation has no query parameter of that name. `errors` suggests the nearest one.',
  ),
  'duplicate-parameter': entry(
    400,
    'Duplicate parameter',
    'A query parameter that takes one value was given more than once.',
  ),
  'cursor-malformed': entry(
    400,
    'Malformed cursor',
    'The cursor is not one that this service gave out. Begin again without it.',
  ),
  'cursor-mismatch': entry(
    400,
    'Cursor of another query',
    'The cursor belongs to a list with other filters or another sort. Use the same parameters as for the first page, or begin again without the cursor.',
  ),
  unauthenticated: entry(
    401,
    'Not authenticated',
    'The operation needs an API key, or the one given is unknown, damaged or revoked. Send `Authorization: Bearer <key>`; make a key with `npx chancery keys create`.',
  ),
  'insufficient-scope': entry(
    403,
    'Insufficient scope',
    'The API key is valid but lacks the scope that the operation needs. `requiredScope` names it.',
  ),
  'not-found': entry(
    404,
    'Not found',
    'There is no such path, or no record with that id, slug or external id, or none at the requested `asOf`.',
  ),
  'method-not-allowed': entry(
    405,
    'Method not allowed',
    'The path exists but does not take this method. The `Allow` header lists those it takes.',
  ),
  'not-acceptable': entry(
    406,
    'Not acceptable',
    'The operation cannot answer in any of the media types of the `Accept` header, or not in the `format` asked for. `available` lists the media types that it can answer in.',
  ),
  'slug-taken': entry(
    409,
    'Slug taken',
    'Another live record of the same type has that slug. `conflictsWith` is its id.',
  ),
  'external-id-taken': entry(
    409,
    'External id taken',
    'Another live record of the same type has that external id. `conflictsWith` is its id.',
  ),
  'still-referenced': entry(
    409,
    'Still referenced',
    'Other records refer to this one, so it cannot be deleted. `referencedBy` lists up to ten of them; change or delete those first.',
  ),
  'foreign-origin': entry(
    409,
    'Mirrored record',
    'The record is mirrored from another instance and is edited there: `origin` names it, `editAt` is the address. `POST /v1/{collection}/{ref}/fork` makes the record ours instead.',
  ),
  'idempotency-in-progress': entry(
    409,
    'Request in progress',
    'A request with the same Idempotency-Key is still being handled. Repeat it shortly.',
    true,
  ),
  'limit-reached': entry(
    409,
    'Limit reached',
    'There are as many of these as the service takes. Delete one that is no longer needed.',
  ),
  'webhooks-off': entry(
    409,
    'Webhooks switched off',
    'This process sends nothing to webhooks: it runs with `CHANCERY_WEBHOOKS=off`.',
  ),
  gone: entry(
    410,
    'Gone',
    'The record was deleted, or is to be changed and was merged into another, which `mergedInto` names. The answer says when and why; its history can still be read.',
  ),
  'cursor-expired': entry(
    410,
    'Cursor expired',
    'The cursor points to a state that is no longer kept or does not exist. Begin again without it.',
  ),
  'cursor-epoch-changed': entry(
    410,
    'Cursor from before a restore',
    'The database was restored since the cursor was given out. Begin again without it.',
  ),
  'version-mismatch': entry(
    412,
    'Version mismatch',
    'The record has changed since the version named in If-Match. `currentVersion` and `yourVersion` tell both, `history` links to what changed. Read it again, apply your change to it and repeat.',
  ),
  'payload-too-large': entry(413, 'Payload too large', 'The body is larger than `maxBytes`.'),
  'uri-too-long': entry(
    414,
    'URI too long',
    'The request target is longer than 8,192 characters, or a path segment longer than 500.',
  ),
  'unsupported-media-type': entry(
    415,
    'Unsupported media type',
    'The body has a media type that the operation does not take. `available` lists those it takes.',
  ),
  'unknown-reference': entry(
    422,
    'Unknown reference',
    'The body refers to a record that does not exist, was deleted or is of another type. `errors` names each place.',
  ),
  'rule-violated': entry(
    422,
    'Rule violated',
    'Each field is well formed, but together they break a rule of the resource. `errors` names the fields and the rule; of a merge that would break one elsewhere, `record` names the record.',
  ),
  'quote-not-found': entry(
    422,
    'Quote not found',
    'The quoted words do not stand in the stored text of the source as quoted; only white space and the composition of letters may differ. `errors` names each quotation, `passages` the nearest passages.',
  ),
  'quote-ambiguous': entry(
    422,
    'Quote ambiguous',
    'The quoted words stand more than once in the stored text of the source. `passages` shows up to five places of each; add a prefix or suffix that only one of them has.',
  ),
  'idempotency-key-reused': entry(
    422,
    'Idempotency-Key reused',
    'The same Idempotency-Key was used before with a different request. Use a new key for a new request.',
  ),
  'precondition-required': entry(
    428,
    'Precondition required',
    'Changing a record needs `If-Match` with the ETag of the version you read, or `If-Match: *` for whatever is there.',
  ),
  'rate-limited': entry(
    429,
    'Rate limited',
    'Too many requests with this key or from this address. `Retry-After` says when to go on.',
    true,
  ),
  'headers-too-large': entry(431, 'Headers too large', 'The request headers are larger than 16 KiB.'),
  internal: entry(500, 'Internal error', 'Something went wrong on our side. The request id finds it in the log.', true),
  unavailable: entry(
    503,
    'Unavailable',
    'The service is starting, stopping or cannot reach its database. Repeat after `Retry-After` seconds.',
    true,
  ),
  overloaded: entry(
    503,
    'Overloaded',
    'The service has more to do than it can. Repeat after `Retry-After` seconds.',
    true,
  ),
  'storage-full': entry(
    507,
    'Storage full',
    'The disk of the database is full or cannot be written. Reading still works.',
    true,
  ),
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One thing wrong with the input and where. */
export interface InputError {
  in: 'body' | 'query' | 'path' | 'header';
  /** JSON Pointer (RFC 6901) into the body. */
  pointer?: string;
  /** Name of the parameter or header. */
  parameter?: string;
  /** Kebab-case name of what is wrong, such as `required`, `unknown-field`, `not-allowed`. */
  code: string;
  message: string;
}

export interface ProblemOptions {
  errors?: readonly InputError[];
  /** Members beyond those of RFC 9457, as the catalogue names them. */
  extra?: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/** An answer of 400 or above. Thrown from anywhere; the error handler of `http/` writes it out. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly InputError[] | undefined;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.errors = options.errors;
    this.extra = options.extra ?? {};
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/**
 * The problem of a body that stands within another, at a JSON Pointer, with its places named from there; `extra` joins
 * its members. Headers, which are those of an answer about one record, are left out.
 */
export function problemAt(problem: Problem, pointer: string, extra: Readonly<Record<string, unknown>> = {}): Problem {
  const place = <Placed extends { pointer?: string }>(each: Placed): Placed =>
    each.pointer === undefined ? each : { ...each, pointer: `${pointer}${each.pointer}` };
  const moved = Object.entries(problem.extra).map(([name, value]) => [
    name,
    Array.isArray(value)
      ? value.map((each) => (typeof each === 'object' && each !== null ? place(each) : each))
      : value,
  ]);
  return new Problem(problem.code, problem.message, {
    ...(problem.errors && { errors: problem.errors.map((error) => (error.in === 'body' ? place(error) : error)) }),
    extra: { ...Object.fromEntries(moved), ...extra },
    cause: problem,
  });
}

/** A problem with one parameter of the query. */
export function invalidParameter(parameter: string, message: string, code = 'not-allowed'): Problem {
  return new Problem('invalid-parameter', `\`${parameter}\` ${message}`, {
    errors: [{ in: 'query', parameter, code, message }],
  });
}
