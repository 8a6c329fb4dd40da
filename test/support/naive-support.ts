import type { AnyJson } from './client.js';

/** What says nothing of the world, by collection; `any` for all of them. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  any: ['slug', 'externalIds', 'citations', 'method', 'tags', 'notes', 'acknowledgements'],
  events: ['coding', 'earliest', 'latest'],
  agreements: ['status', 'signedOn'],
  commitments: ['stage'],
  sources: ['reliability', 'standing', 'textSha256', 'textLength'],
  claims: ['credibility', 'rank', 'standing'],
  disputes: ['question', 'about', 'assessment', 'preferred', 'confidence', 'status'],
};
const MANAGED = ['id', 'version', 'revision', 'createdAt', 'updatedAt'];

/** Every value that has no parts of its own, with the way to it; citations are none. */
export function leaves(value: AnyJson, way: string): string[] {
  const parts = Object.entries(value !== null && typeof value === 'object' ? value : {});
  if (parts.length === 0) return [way];
  return parts.flatMap(([key, part]) => (key === 'citations' ? [] : leaves(part, `${way}/${key}`)));
}

/** Every citation of a document, in entries of lists too, with the ways to what it supports; the record has none. */
export function waysOf(doc: AnyJson): { pointer: string; citation: AnyJson; ways: string[] }[] {
  const lists = Object.entries(doc).filter(([, value]) => Array.isArray(value)) as [string, AnyJson[]][];
  const entries = lists.flatMap(([name, list]) => list.map((entry, n) => [entry, `/${name}/${n}`] as const));
  return [[doc, ''] as const, ...entries].flatMap(([holder, way]) =>
    (holder?.citations ?? []).map((citation: AnyJson, n: number) => {
      const names: string[] = citation.supports ?? [];
      const there = names.filter((name) => name.split('.').reduce((node, key) => node?.[key], holder) !== undefined);
      const ways = names.length === 0 ? [way] : there.map((name) => `${way}/${name.replaceAll('.', '/')}`);
      return { pointer: `${way}/citations/${n}`, citation, ways };
    }),
  );
}

/** The fields of a document that say something of the world and have a value. */
export function statedOf(collection: string, doc: AnyJson): [string, AnyJson][] {
  const leftOut = [...MANAGED, ...(LEFT_OUT.any ?? []), ...(LEFT_OUT[collection] ?? [])];
  const isEmpty = (value: AnyJson) => value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  return Object.entries(doc).filter(([name, value]) => !leftOut.includes(name) && !isEmpty(value));
}

/** The filter `supported`, leaf by leaf: a leaf is supported when it or something above it is cited. */
export function naiveSupported(collection: string, doc: AnyJson): string {
  const ways = waysOf(doc).flatMap((citation) => citation.ways);
  const all = statedOf(collection, doc).flatMap(([name, value]) => leaves(value, `/${name}`));
  const isSupported = (leaf: string) => ways.some((way) => leaf === way || leaf.startsWith(`${way}/`));
  if (all.every(isSupported)) return 'all';
  return all.some(isSupported) ? 'some' : 'none';
}

/** The filter `restsOn`: what became of the sources cited; `isRetracted` tells it of an id. */
export function naiveRestsOn(doc: AnyJson, isRetracted: (source: string) => boolean): string {
  const sources = sourcesOf(doc);
  if (sources.length === 0) return 'nothing';
  if (sources.every(isRetracted)) return 'retracted';
  return sources.some(isRetracted) ? 'mixed' : 'standing';
}

/** Ids of the sources that a document cites anywhere. */
export function sourcesOf(node: AnyJson): string[] {
  if (node === null || typeof node !== 'object') return [];
  const own = Array.isArray(node.citations) ? node.citations.map(({ source }: AnyJson) => source) : [];
  return [...own, ...Object.values(node).flatMap(sourcesOf)];
}
