import type { Reader } from '../../db/store.js';
import { disputesAbout } from '../../journal/about.js';
import type { Document } from '../../journal/kind.js';
import { occurrences } from '../../journal/paths.js';
import { readDocuments } from '../../journal/read.js';
import { typeOfId } from '../../shared/ids.js';
import type { Resource } from '../resource.js';

/** Documents as JSON texts, reduced to some fields when asked. */
export function withFields(docs: readonly string[], fields: ReadonlySet<string> | undefined): readonly string[] {
  if (fields === undefined) return docs;
  return docs.map((doc) => {
    const document = JSON.parse(doc) as Document;
    return JSON.stringify(Object.fromEntries(Object.entries(document).filter(([field]) => fields.has(field))));
  });
}

/** Ids of the records that documents refer to, each once. */
export function referredIds(resource: Resource, documents: readonly Document[]): string[] {
  const ids = new Set<string>();
  for (const document of documents) {
    for (const { path } of resource.kind.references) {
      for (const { value } of occurrences(document, path)) ids.add(value as string);
    }
  }
  return [...ids];
}

/**
 * The records of the named collections that the documents refer to, and with `disputes` those about the documents, as the
 * JSON text of `included`; at most one query for 500 of them.
 */
export async function includedText(
  reader: Reader,
  resource: Resource,
  docs: readonly string[],
  collections: readonly string[],
  asOf: number | undefined,
): Promise<string> {
  const documents = docs.map((doc) => JSON.parse(doc) as Document);
  const about = collections.includes('disputes')
    ? await disputesAbout(
        reader,
        documents.map(({ id }) => id),
        asOf,
      )
    : [];
  const referred = referredIds(resource, documents).filter((id) => collections.includes(`${typeOfId(id)}s`));
  const ids = [...new Set([...referred, ...about])];
  const found = await readDocuments(reader, ids, asOf);
  const groups = collections.map((collection) => {
    const members = found.filter(({ id }) => `${typeOfId(id)}s` === collection);
    return `"${collection}":{${members.map(({ id, doc }) => `"${id}":${doc}`).join()}}`;
  });
  return `{${groups.join()}}`;
}
