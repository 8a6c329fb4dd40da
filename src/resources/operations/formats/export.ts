import { Readable } from 'node:stream';
import type { Analyst } from '../../../journal/analysis.js';
import { runPatiently } from '../patience.js';
import { type FormatPage, type FormatPageArgs, LIST_IN_FORMAT } from './page.js';

/** Records read at once: texts of more than some 100 KB are cleared late by V8, and memory grows meanwhile. */
const PAGE = 25;

/**
 * The pages of a whole list, or of its first `most` records, all of one revision. Nothing is held between them but
 * where to go on: no transaction, no iterator. Raises what the database raises.
 */
export async function* pagesOf(
  analyst: Analyst,
  args: FormatPageArgs,
  most: number | undefined,
): AsyncGenerator<FormatPage, void, undefined> {
  let left = most ?? Number.POSITIVE_INFINITY;
  let position: FormatPageArgs['list']['position'];
  do {
    const list = { ...args.list, limit: Math.min(PAGE, left), position };
    const page = await runPatiently(analyst, LIST_IN_FORMAT, { ...args, list }, position !== undefined);
    yield page;
    left -= page.size;
    position = page.next;
  } while (position !== undefined && left > 0);
}

/**
 * The pages as a stream of text behind `head`. The first page is there when this resolves, so what goes wrong until
 * then can still be answered. The next is read when the one before has gone out; one that fails destroys the stream.
 */
export async function streamOf(pages: AsyncGenerator<FormatPage, void, undefined>, head: string): Promise<Readable> {
  const first = await pages.next();
  // Texts and not buffers: V8 lets some 64 MB of these pile up before it collects them.
  return Readable.from(textsOf(head, first.done ? undefined : first.value, pages), { highWaterMark: 1 });
}

async function* textsOf(head: string, first: FormatPage | undefined, rest: AsyncGenerator<FormatPage>) {
  const begun = head + (first?.parts.join('') ?? '');
  if (begun !== '') yield begun;
  for await (const { parts } of rest) yield parts.join('');
}
