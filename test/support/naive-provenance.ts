import type { AnyJson } from './client.js';
import type { Inspection } from './inspect.js';
import { leaves, naiveRestsOn, naiveSupported, sourcesOf, statedOf, waysOf } from './naive-support.js';

/** A row of the journal. */
interface Row {
  revision: number;
  version: number;
  entity: string;
  type: string;
  doc: AnyJson;
  at: string;
  by: string;
  kind: string;
  note: string | null;
}

/** Everything that the journal held at a revision. */
export interface Past {
  revision: number;
  rows: Row[];
  /** The live documents, by id. */
  docs: Map<string, AnyJson>;
}

export async function pastOf(db: Inspection, revision: number): Promise<Past> {
  const { rows } = await db.query<Row & { doc: string | null }>(
    `select revision, version, entity, type, doc, recorded_at as at, by, change_kind as kind, note from revisions
     where revision <= ? order by revision`,
    revision,
  );
  const parsed = rows.map((row) => ({ ...row, doc: row.doc === null ? null : JSON.parse(row.doc) }));
  const docs = new Map(parsed.map(({ entity, doc }) => [entity, doc]));
  return { revision, rows: parsed, docs: new Map([...docs].filter(([, doc]) => doc !== null)) };
}

const about = (past: Past, type: string, id: string): AnyJson[] =>
  [...past.docs.values()].filter((doc) => doc.id.startsWith(`${type}_`) && [doc.about].flat().includes(id));
const isAt = (name: string | undefined, field: string) => name === field || (name ?? '').startsWith(`${field}.`);
const ids = (docs: AnyJson[]) => docs.map(({ id }) => id).sort();
const withoutCitations = (value: AnyJson) =>
  JSON.stringify(value, (key, part) => (key === 'citations' ? undefined : part));

function originOf(past: Past, id: string, field: string): AnyJson {
  const versions = past.rows.filter(({ entity }) => entity === id);
  const value = (row: Row | undefined) => withoutCitations(row?.doc?.[field]);
  const present = value(versions.at(-1));
  const last = versions.findLastIndex((row) => value(row) !== present);
  const { version, revision, at, by, kind, note } = versions[last + 1] as Row;
  return { version, revision, recordedAt: at, by, changeKind: kind, note, exact: true };
}

/** What the provenance of a record says, worked out from the whole journal; lists of ids are in the order of ids. */
export function naiveProvenance(past: Past, collection: string, id: string): AnyJson {
  const doc = past.docs.get(id) as AnyJson;
  const isRetracted = (source: string) => past.docs.get(source)?.standing === 'retracted';
  const claims = about(past, 'claim', id);
  const disputes = about(past, 'dispute', id);
  const namedBy = (dispute: AnyJson): string[] =>
    dispute.positions
      .flatMap((position: AnyJson) => position.claims ?? [])
      .map((claim: string) => past.docs.get(claim))
      .filter((claim: AnyJson) => claim.about === id && claim.field !== undefined)
      .map((claim: AnyJson) => claim.field);
  const citations = waysOf(doc);
  const fields = statedOf(collection, doc).map(([field, value]) => {
    const of = citations.filter(({ ways }) => ways.some((way) => way === '' || isWithin(way, `/${field}`)));
    const standing = of.filter(({ citation }) => !isRetracted(citation.source)).flatMap(({ ways }) => ways);
    return {
      ...{ field, pointer: `/${field}`, support: supportOf(value, `/${field}`, standing) },
      restsOn: naiveRestsOn({ citations: of.map(({ citation }) => citation) }, isRetracted),
      citations: of.map(({ pointer }) => pointer).sort(),
      claims: ids(claims.filter((claim) => isAt(claim.field, field))),
      disputes: ids(disputes.filter((dispute) => namedBy(dispute).some((name) => isAt(name, field)))),
      set: originOf(past, id, field),
    };
  });
  const listed = (key: 'claims' | 'disputes', docs: AnyJson[]) =>
    ids(docs.filter((each) => !fields.some((field) => field[key].includes(each.id))));
  const named = fields.map(({ pointer }) => pointer);
  const isOfField = (ways: string[]) => ways.some((way) => named.some((pointer) => isWithin(way, pointer)));
  return {
    supported: naiveSupported(collection, doc),
    restsOn: naiveRestsOn(doc, isRetracted),
    fields,
    general: {
      citations: citations
        .filter(({ ways }) => !isOfField(ways))
        .map(({ pointer }) => pointer)
        .sort(),
      claims: listed('claims', claims),
      disputes: listed('disputes', disputes),
    },
    sources: [
      ...new Set([...sourcesOf(doc), ...claims.flatMap(({ citations: own }) => sourcesOf({ citations: own }))]),
    ].sort(),
  };
}

const isWithin = (way: string, pointer: string) => way === pointer || way.startsWith(`${pointer}/`);

function supportOf(value: AnyJson, pointer: string, ways: string[]): string {
  const supported = (leaf: string, all: string[]) => all.some((way) => way !== '' && isWithin(leaf, way));
  const parts = leaves(value, pointer);
  if (parts.every((leaf) => supported(leaf, ways))) return 'field';
  if (ways.includes('')) return 'record';
  return ways.some((way) => isWithin(way, pointer)) ? 'part' : 'none';
}

/** An answer as `naiveProvenance` gives it: citations by pointer, and ids in order. */
export function asNaive({ supported, restsOn, fields, general, citations, sources }: AnyJson): AnyJson {
  const pointer = (number: number) => citations[number - 1].pointer;
  const sorted = (each: AnyJson) => ({ ...each, claims: [...each.claims].sort(), disputes: [...each.disputes].sort() });
  return {
    ...{ supported, restsOn },
    fields: fields.map((field: AnyJson) =>
      sorted({ ...field, citations: field.citations.map(({ number }: AnyJson) => pointer(number)).sort() }),
    ),
    general: sorted({ ...general, citations: general.citations.map(pointer).sort() }),
    sources: Object.keys(sources).sort(),
  };
}
