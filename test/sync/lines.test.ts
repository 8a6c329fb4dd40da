import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Line, LineTaker, linesOf } from '../../src/sync/lines.js';

async function* piecesOf(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const end = Math.min(cut, bytes.length);
    yield bytes.subarray(start, end);
    start = end;
  }
  yield bytes.subarray(start);
}

async function all(lines: AsyncGenerator<Line[]>): Promise<(string | undefined)[]> {
  const found: Line[] = [];
  for await (const some of lines) found.push(...some);
  expect(found.map(({ number }) => number)).toEqual(found.map((_, index) => index + 1));
  return found.map(({ bytes }) => bytes?.toString());
}

describe('linesOf', () => {
  it('gives the same lines however the bytes are cut, and of those that are too long none', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '\r'), maxLength: 8 });
    const input = fc.tuple(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(80), { maxLength: 10 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(input, async ([lines, cuts, ended]) => {
        const bytes = Buffer.from(lines.join('\n') + (ended ? '\n' : ''));
        const expected = bytes.toString().split('\n');
        if (expected.at(-1) === '') expected.pop();
        const found = await all(linesOf(piecesOf(bytes, cuts), 6));
        expect(found).toEqual(expected.map((text) => (Buffer.byteLength(text) > 6 ? undefined : text)));
      }),
    );
  });
});

const LIMITS = { lines: 3, bytes: 10, pauseMs: 20, silenceMs: 60 };
const never = () => new Promise<never>(() => undefined);

async function* input(...parts: (string | 'wait')[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield part === 'wait' ? await never() : Buffer.from(part);
}

function taker(source: AsyncGenerator<Buffer>, stop = new AbortController().signal) {
  const lines = new LineTaker(linesOf(source, 100), LIMITS, stop);
  return async () => {
    const { lines: taken, state } = await lines.take();
    return [taken.map(({ bytes }) => bytes?.toString()).join(), state];
  };
}

describe('LineTaker', () => {
  it('takes no more at once than so many lines and so many bytes, but one', async () => {
    const take = taker(input('a\nb\n', 'c\nd\n123456789012\ne\n123456789\nf'));
    expect([await take(), await take(), await take(), await take(), await take()]).toEqual([
      ['a,b,c', 'more'],
      ['d', 'more'],
      ['123456789012', 'more'],
      ['e,123456789', 'more'],
      ['f', 'end'],
    ]);
  });

  it('gives what there is when the input pauses, and says when it is silent for too long', async () => {
    const take = taker(input('a\nb\nc', 'wait'));
    expect([await take(), await take()]).toEqual([
      ['a,b', 'more'],
      ['', 'silent'],
    ]);
  });

  it('is stopped while it waits, and before', async () => {
    const stop = new AbortController();
    const take = taker(input('wait'), stop.signal);
    const taking = take();
    stop.abort();
    expect(await taking).toEqual(['', 'stopped']);
    expect(await taker(input('wait'), stop.signal)()).toEqual(['', 'stopped']);
  });
});
