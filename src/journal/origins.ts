import type { Reader } from '../db/store.js';
import type { Body, Json } from './kind.js';
import { readVersions, type Version } from './read.js';

/** The version that gave a field the value it has. */
export interface Origin {
  version: Omit<Version, 'doc' | 'entity' | 'op'>;
  /** False when the history was not looked at any further: the value is as old as that, or older. */
  isExact: boolean;
}

/** Of how many versions, and of how much text, the history is looked through. */
export const MAX_VERSIONS = 500;
const MAX_CHARACTERS = 8_000_000;
const AT_ONCE = 25;

/**
 * For each of some fields of a record as it was at a revision, the version that set its value, whatever citations in its
 * entries have changed since. Goes back until all are known, at most `MAX_VERSIONS`.
 */
export async function readOrigins(
  reader: Reader,
  id: string,
  upTo: number,
  fields: readonly { field: string; value: Json }[],
): Promise<Map<string, Origin>> {
  const sought = new Map(fields.map(({ field, value }) => [field, told(value)]));
  const origins = new Map<string, Origin>();
  let holding: Version | undefined;
  let [before, versions, characters] = [upTo + 1, 0, 0];
  const settle = (names: readonly string[], isExact: boolean) => {
    for (const name of names) {
      if (holding !== undefined) origins.set(name, { version: holding, isExact });
      sought.delete(name);
    }
  };
  while (sought.size > 0) {
    const some = await readVersions(reader, id, before, AT_ONCE);
    for (const version of some) {
      settle(changedIn(version, sought), true);
      holding = version;
      characters += version.doc?.length ?? 0;
    }
    versions += some.length;
    before = holding?.revision ?? 0;
    if (some.length < AT_ONCE) settle([...sought.keys()], true);
    else if (versions >= MAX_VERSIONS || characters > MAX_CHARACTERS) settle([...sought.keys()], false);
  }
  return origins;
}

/** The fields that do not have the value sought in that version. */
function changedIn({ doc }: Version, sought: ReadonlyMap<string, string>): string[] {
  const document: Body = doc === null ? {} : JSON.parse(doc);
  return [...sought].filter(([field, value]) => told(document[field]) !== value).map(([field]) => field);
}

/** A value as text, without the citations of its entries. */
function told(value: Json | undefined): string {
  if (!Array.isArray(value)) return JSON.stringify(value ?? null);
  return JSON.stringify(
    value.map((entry) => {
      if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) return entry;
      const { citations: _, ...rest } = entry;
      return rest;
    }),
  );
}
