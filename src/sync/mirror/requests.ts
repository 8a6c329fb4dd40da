/**
 * `away`: no answer, or one that says to come again. `restart`: the cursor is gone. `refused`: the key is missing, wrong
 * or not enough. `wrong`: an answer that cannot be one.
 */
export type UpstreamFault = 'away' | 'restart' | 'refused' | 'wrong';

/** What went wrong with an instance that is mirrored, in a line for its operator. */
export class UpstreamError extends Error {
  readonly fault: UpstreamFault;

  constructor(fault: UpstreamFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'UpstreamError';
    this.fault = fault;
  }
}

export interface RequestOptions {
  /** Without a slash at the end. */
  url: string;
  /** API key; undefined sends none. */
  key: string | undefined;
  /** Ends every request. */
  signal: AbortSignal;
  /** How long nothing may come; long polls wait so much longer. */
  quietMs?: number;
}

const QUIET_MS = 30_000;
/** Bytes of an answer, unpacked; a page has 4 Mi characters of documents. */
const MAX_ANSWER = 48 * 1024 * 1024;
/** Of a line, which is a document. */
const MAX_LINE = 16 * 1024 * 1024;
const SHOWN = 300;

/** Requests to one instance: no redirect is followed, nothing is waited for without end, no answer is without bound. */
export class Requests {
  readonly #options: RequestOptions;

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  /** The whole answer as text. Raises UpstreamError. */
  async text(path: string, waitSeconds = 0, accept = 'application/json'): Promise<string> {
    const text = await this.#whole(path, accept, waitSeconds, []);
    return text ?? '';
  }

  /** The same; undefined for 404 and 410. */
  textOr404(path: string, accept = 'application/json'): Promise<string | undefined> {
    // 308: it was merged into another.
    return this.#whole(path, accept, 0, [404, 410, 308]);
  }

  /** The lines of an answer as they come. Raises UpstreamError. */
  async *lines(path: string): AsyncGenerator<string> {
    let rest = '';
    for await (const text of this.#pieces(path, 'application/x-ndjson', 0, [])) {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw new UpstreamError('wrong', `${path} has a line without end`);
      for (const line of lines) if (line !== '') yield line;
    }
    if (rest !== '') throw new UpstreamError('away', `${path} broke off in the midst of a line`);
  }

  async #whole(
    path: string,
    accept: string,
    waitSeconds: number,
    absent: readonly number[],
  ): Promise<string | undefined> {
    let whole: string | undefined;
    let length = 0;
    for await (const text of this.#pieces(path, accept, waitSeconds, absent)) {
      length += text.length;
      if (length > MAX_ANSWER) throw new UpstreamError('wrong', `${path} is longer than ${MAX_ANSWER} characters`);
      whole = (whole ?? '') + text;
    }
    return whole;
  }

  /** The pieces of an answer; the first is empty, none comes when the status is one of `absent`. */
  async *#pieces(path: string, accept: string, waitSeconds: number, absent: readonly number[]): AsyncGenerator<string> {
    const { url, key, signal, quietMs = QUIET_MS } = this.#options;
    const watch = new Watch(signal, quietMs);
    try {
      const headers = { accept, ...(key !== undefined && { authorization: `Bearer ${key}` }) };
      const answer = await watch.during(
        fetch(`${url}${path}`, { headers, redirect: 'manual', signal: watch.signal }),
        waitSeconds * 1_000,
      );
      if (absent.includes(answer.status)) return;
      if (answer.status !== 200) throw refusal(path, answer, await watch.during(beginningOf(answer)));
      yield '';
      const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
      const reader = answer.body?.getReader();
      for (;;) {
        const piece = await watch.during(reader?.read() ?? Promise.resolve({ done: true as const, value: undefined }));
        yield decoder.decode(piece.value, { stream: !piece.done });
        if (piece.done) return;
      }
    } catch (error) {
      throw explained(path, error, watch.isOver);
    } finally {
      watch.end();
    }
  }
}

/** Aborts when nothing came for too long, or when all is to end. */
class Watch {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #quietMs: number;
  isOver = false;

  constructor(outer: AbortSignal, quietMs: number) {
    this.#outer = outer;
    this.#quietMs = quietMs;
    outer.addEventListener('abort', this.#abort);
    if (outer.aborted) this.#abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly #abort = (): void => this.#controller.abort();

  /** Waits for what is to come; only then time counts. Ends when all is to end, even if `fetch` says no more of it. */
  async during<T>(coming: Promise<T>, longerMs = 0): Promise<T> {
    const { signal } = this;
    let giveUp = (): void => undefined;
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = () => reject(signal.reason as Error);
    });
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    const timer = setTimeout(() => {
      this.isOver = true;
      this.#abort();
    }, this.#quietMs + longerMs);
    try {
      return await Promise.race([coming, givenUp]);
    } finally {
      signal.removeEventListener('abort', giveUp);
      clearTimeout(timer);
    }
  }

  /** Lets go of the request, whatever of it is still to come. */
  end(): void {
    this.#outer.removeEventListener('abort', this.#abort);
    this.#abort();
  }
}

/** The first piece of an answer; a problem has no more. */
async function beginningOf({ body }: Response): Promise<string> {
  const piece = await body?.getReader().read();
  return Buffer.from(piece?.value ?? []).toString('utf8');
}

/** What an answer that is no answer means. */
function refusal(path: string, { status }: Response, body: string): UpstreamError {
  const said = problemOf(body);
  const message = `${path} is answered ${status}${said.code ? ` ${said.code}` : ''}${said.detail ? `: ${said.detail}` : ''}`;
  if (status === 410 || (status === 400 && said.code.startsWith('cursor-')))
    return new UpstreamError('restart', message);
  if (status === 401 || status === 403) return new UpstreamError('refused', message);
  if (status >= 300 && status < 400)
    return new UpstreamError('wrong', `${message}; redirects are not followed, give the address that it leads to`);
  return new UpstreamError(status === 429 || status >= 500 ? 'away' : 'wrong', message);
}

function problemOf(body: string): { code: string; detail: string } {
  try {
    const { code, detail } = JSON.parse(body) as { code?: unknown; detail?: unknown };
    const shown = (value: unknown) => (typeof value === 'string' ? printable(value) : '');
    return { code: shown(code), detail: shown(detail) };
  } catch {
    return { code: '', detail: '' };
  }
}

/** Texts from elsewhere are shown on terminals: no control characters, and not long. */
function printable(text: string): string {
  return text.replace(/\p{C}+/gu, ' ').slice(0, SHOWN);
}

function explained(path: string, error: unknown, isOver: boolean): unknown {
  if (error instanceof UpstreamError) return error;
  if (isOver) return new UpstreamError('away', `${path} is not answered in time`, error);
  const { code = '' } = ((error as Error).cause ?? error) as { code?: string };
  if (error instanceof TypeError && code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return new UpstreamError('wrong', `${path} is not UTF-8`, error);
  return new UpstreamError('away', `${path} cannot be had${code && ` (${printable(String(code))})`}`, error);
}
