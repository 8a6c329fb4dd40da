const NEWLINE = 0x0a;

/** A line of input, counted from 1; its bytes without the line feed, or undefined when it has too many. */
export interface Line {
  number: number;
  bytes: Buffer | undefined;
}

/**
 * Lines of a stream of bytes, all that each piece of it completes; of one that is too long no more is kept than of
 * others. Raises what the stream raises.
 */
export async function* linesOf(
  source: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<Line[], void, undefined> {
  let number = 0;
  let begun: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer): void => {
    length += part.length;
    if (length <= maxBytes) begun.push(part);
    else begun = [];
  };
  const end = (): Line => {
    number += 1;
    // A copy: the line is not to hold on to the piece that it came in.
    const line = { number, bytes: length <= maxBytes ? Buffer.concat(begun) : undefined };
    begun = [];
    length = 0;
    return line;
  };
  for await (const piece of source) {
    const lines: Line[] = [];
    let start = 0;
    for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, start)) {
      add(piece.subarray(start, at));
      lines.push(end());
      start = at + 1;
    }
    if (start < piece.length) add(piece.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [end()];
}

/** Why no more lines were taken: `more` may come, or the input ended, was silent for too long, or was not wanted any more. */
export type TakenState = 'more' | 'end' | 'silent' | 'stopped';

export interface TakeLimits {
  lines: number;
  /** Of all lines together, but for the first. */
  bytes: number;
  /** Once there are some, others are waited for no longer than this. */
  pauseMs: number;
  /** As long as there are none. */
  silenceMs: number;
}

/** Takes lines of an input a portion at a time, and waits for it no longer than is good. */
export class LineTaker {
  readonly #input: AsyncGenerator<Line[], void, undefined>;
  readonly #limits: TakeLimits;
  readonly #stopped: Promise<'stopped'>;
  #next: Promise<IteratorResult<Line[], void>> | undefined;
  #ready: Line[] = [];

  /** No more is taken once `stop` is aborted. */
  constructor(input: AsyncGenerator<Line[], void, undefined>, limits: TakeLimits, stop: AbortSignal) {
    this.#input = input;
    this.#limits = limits;
    this.#stopped = new Promise((resolve) => {
      if (stop.aborted) resolve('stopped');
      stop.addEventListener('abort', () => resolve('stopped'), { once: true });
    });
  }

  /** The next portion, and whether there is another. Raises what the input raises. */
  async take(): Promise<{ lines: Line[]; state: TakenState }> {
    const taken: Line[] = [];
    let bytes = 0;
    for (;;) {
      const line = this.#ready[0];
      if (line !== undefined) {
        bytes += line.bytes?.length ?? 0;
        if (taken.length === this.#limits.lines || (taken.length > 0 && bytes > this.#limits.bytes))
          return { lines: taken, state: 'more' };
        taken.push(line);
        this.#ready.shift();
        continue;
      }
      const got = await this.#wait(taken.length > 0);
      if (got === 'pause') return { lines: taken, state: 'more' };
      if (typeof got === 'string') return { lines: taken, state: got };
      this.#ready = got;
    }
  }

  /** Reads on for a moment and drops it: a sender that is still at it would else not see the answer. */
  async discard(ms: number): Promise<void> {
    const end = new Promise<void>((resolve) => setTimeout(resolve, ms));
    const drop = async () => {
      while ((await (this.#next ?? this.#input.next())).done !== true) this.#next = undefined;
    };
    await Promise.race([end, drop().catch(() => undefined)]);
  }

  async #wait(hasSome: boolean): Promise<Line[] | 'pause' | Exclude<TakenState, 'more'>> {
    this.#next ??= this.#input.next();
    // It may fail when nobody waits for it any more.
    this.#next.catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'pause' | 'silent'>((resolve) => {
      const { pauseMs, silenceMs } = this.#limits;
      timer = setTimeout(() => resolve(hasSome ? 'pause' : 'silent'), hasSome ? pauseMs : silenceMs);
    });
    const got = await Promise.race([this.#stopped, this.#next, late]).finally(() => clearTimeout(timer));
    if (typeof got === 'string') return got;
    this.#next = undefined;
    return got.done === true ? 'end' : got.value;
  }
}
