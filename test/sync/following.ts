import { expect } from 'vitest';
import type { AnyJson, Client } from '../support/client.js';

/** One page of the feed, checked for what every page has. */
export async function readPage(http: Client, path: string): Promise<AnyJson> {
  const answer = await http.get(path);
  expect({ path, status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({
    ...{ path, status: 200, text: '' },
  });
  expect(answer.body.next).toMatch(/^c1_/);
  expect(answer.headers.link).toContain(`cursor=${answer.body.next}`);
  return answer.body;
}

const join = (path: string, parameter: string) => `${path}${path.includes('?') ? '&' : '?'}${parameter}`;

/** Follows the feed from `begin` until there is no more; `between` runs after each page but the last. */
export async function followAll(
  http: Client,
  path: string,
  begin = 'since=0',
  between: (page: AnyJson) => Promise<unknown> = async () => undefined,
): Promise<{ changes: AnyJson[]; pages: AnyJson[]; next: string; head: number }> {
  const pages: AnyJson[] = [];
  let position = begin;
  for (;;) {
    const page = await readPage(http, join(path, position));
    pages.push(page);
    position = `cursor=${page.next}`;
    if (!page.hasMore) return { changes: pages.flatMap(({ data }) => data), pages, next: page.next, head: page.head };
    await between(page);
  }
}

/** Revisions of changes, in the order in which they came. */
export const revisionsOf = (changes: readonly AnyJson[]): number[] => changes.map(({ revision }) => revision);

/** Applies changes to a copy of the records, as a follower does. */
export function apply(copy: Map<string, AnyJson>, changes: readonly AnyJson[]): Map<string, AnyJson> {
  for (const { id, op, document } of changes) {
    if (op === 'put') copy.set(id, document);
    else copy.delete(id);
  }
  return copy;
}

/** A copy's records by id. */
export const sorted = (copy: ReadonlyMap<string, AnyJson> | readonly AnyJson[]): AnyJson[] =>
  [...copy.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
