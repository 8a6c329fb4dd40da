import type { AnyJson } from './client.js';

/** What says nothing of the world, by collection; `any` for all of them. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  any: ['slug', 'externalIds', 'citations', 'method', 'tags', 'notes'],
  events: ['coding', 'earliest', 'latest'],
  agreements: ['status', 'signedOn'],
  commitments: ['stage'],
  sources: ['reliability', 'standing', 'textSha256', 'textLength'],
  claims: ['credibility', 'rank', 'standing'],
  disputes: ['question', 'about', 'assessment', 'preferred', 'confidence', 'status'],
};
const MANAGED = ['id', 'version', 'revision', 'createdAt', 'updatedAt'];

/** Every value that has no parts of its own, with the way to it; citations are none. */
function leaves(value: AnyJson, way: string): string[] {
  const parts = Object.entries(value !== null && typeof value === 'object' ? value : {});
  if (parts.length === 0) return [way];
  return parts.flatMap(([key, part]) => (key === 'citations' ? [] : leaves(part, `${way}/${key}`)));
}

/** The ways to everything that a citation supports, in entries of lists too. */
function cited(doc: AnyJson): string[] {
  const of = (holder: AnyJson, way: string) =>
    (holder.citations ?? []).flatMap(({ supports = [] }: AnyJson) =>
      supports.length === 0 ? [way] : supports.map((name: string) => `${way}/${name.replaceAll('.', '/')}`),
    );
  const lists = Object.entries(doc).filter(([, value]) => Array.isArray(value)) as [string, AnyJson[]][];
  const entries = lists.flatMap(([name, list]) => list.map((entry, index) => of(entry ?? {}, `/${name}/${index}`)));
  return [...of(doc, ''), ...entries.flat()];
}

/** The filter `supported`, leaf by leaf: a leaf is supported when it or something above it is cited. */
export function naiveSupported(collection: string, doc: AnyJson): string {
  const ways = cited(doc);
  const leftOut = [...MANAGED, ...(LEFT_OUT.any ?? []), ...(LEFT_OUT[collection] ?? [])];
  const isEmpty = (value: AnyJson) => value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  const fields = Object.entries(doc).filter(([name, value]) => !leftOut.includes(name) && !isEmpty(value));
  const all = fields.flatMap(([name, value]) => leaves(value, `/${name}`));
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
