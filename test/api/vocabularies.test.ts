import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PROBLEMS } from '../../src/problems.js';
import { EVENT_KINDS } from '../../src/resources/events/kinds.js';
import { resources } from '../../src/resources/index.js';
import { type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });

/** Lists whose codes stand in no field of a record. */
const ELSEWHERE = [
  ...['change-kinds', 'supported', 'support', 'rests-on', 'link-relations', 'finding-rules', 'finding-severities'],
  'problem-codes',
];

interface Enum {
  path: string;
  codes: string[];
}

/** Every enum of a JSON Schema, with the way to it: read from what is published and not from Zod's objects. */
function enumsOf(schema: AnyJson, path: string, definitions: AnyJson): Enum[] {
  if (schema.$ref !== undefined) return enumsOf(definitions[schema.$ref.split('/').at(-1)], path, definitions);
  const inner = [...(schema.anyOf ?? []), ...(schema.allOf ?? []), ...(schema.oneOf ?? [])];
  return [
    ...(schema.enum === undefined ? [] : [{ path, codes: schema.enum.filter((code: unknown) => code !== null) }]),
    ...inner.flatMap((each: AnyJson) => enumsOf(each, path, definitions)),
    ...(schema.items === undefined ? [] : enumsOf(schema.items, `${path}[]`, definitions)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, value]) =>
      enumsOf(value, `${path}.${name}`, definitions),
    ),
  ];
}

const published = resources.flatMap(({ representation, collection }) => {
  const schema = z.toJSONSchema(representation, { unrepresentable: 'any' }) as AnyJson;
  return enumsOf(schema, collection, schema.$defs);
});

async function lists(): Promise<AnyJson[]> {
  return (await t.http.get('/v1/vocabularies')).body.data;
}

describe('GET /v1/vocabularies', () => {
  it('lists every code that a field of a record takes, with the field, and no other', async () => {
    const told = (await lists()).flatMap(({ fields, codes }) =>
      fields.map((path: string) => ({ path, codes: codes.map(({ code }: AnyJson) => code).sort() })),
    );
    const inOrder = (all: Enum[]) =>
      all.map(({ path, codes }) => ({ path, codes: [...codes].sort() })).sort((a, b) => (a.path < b.path ? -1 : 1));
    expect(published.length).toBeGreaterThan(40);
    expect(inOrder(told)).toEqual(inOrder(published));
    const unused = (await lists()).filter(({ fields }) => fields.length === 0).map(({ name }) => name);
    expect(unused).toEqual(ELSEWHERE);
  });

  it('defines each code once in its list', async () => {
    const all = await lists();
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { name, title, codes } of all) {
      expect(title, name).toMatch(/^[A-Z].+[^.]$/);
      expect(new Set(codes.map(({ code }: AnyJson) => code)).size, name).toBe(codes.length);
      for (const { code, definition } of codes) expect(definition, `${name} ${code}`).toMatch(/^\S.*\.$/s);
    }
  });

  it('gives event kinds with the codes of PLOVER and CAMEO', async () => {
    const { codes } = (await t.http.get('/v1/vocabularies/event-kinds')).body;
    expect(codes.map(({ code }: AnyJson) => code)).toEqual(Object.keys(EVENT_KINDS));
    const visit = codes.find(({ code }: AnyJson) => code === 'visit');
    expect(visit).toMatchObject({ plover: { type: 'CONSULT', mode: 'visit' }, cameo: '04' });
    expect(codes.find(({ code }: AnyJson) => code === 'unclassified')).toEqual({
      code: 'unclassified',
      definition: EVENT_KINDS.unclassified.definition,
    });
  });

  it('gives problem codes with status, and scales in their order', async () => {
    const { codes } = (await t.http.get('/v1/vocabularies/problem-codes')).body;
    expect(codes.map(({ code }: AnyJson) => code)).toEqual(Object.keys(PROBLEMS));
    expect(codes.find(({ code }: AnyJson) => code === 'overloaded')).toMatchObject({ status: 503, retryable: true });
    const scale = (await t.http.get('/v1/vocabularies/credibility')).body.codes;
    expect(scale.map(({ code }: AnyJson) => code)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('knows every relation that edges have, and none that no code makes', async () => {
    const { codes } = (await t.http.get('/v1/vocabularies/link-relations')).body;
    const known = codes.map(({ code }: AnyJson) => code);
    const { rows } = await t.db.query<{ relation: string }>('select distinct relation from links');
    expect(rows.map(({ relation }) => relation).filter((relation) => !known.includes(relation))).toEqual([]);
    const folders = readdirSync('src/resources', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const projections = folders
      .filter(({ name }) => name !== 'operations')
      .map(({ name }) => readFileSync(`src/resources/${name}/${name}.project.ts`, 'utf8'))
      .join('');
    const made = [...projections.matchAll(/edges\(\s*'([a-z-]+)'|relation: '([a-z-]+)'/g)].map(([, a, b]) => a ?? b);
    const relations = (await t.http.get('/v1/vocabularies/relation-kinds')).body.codes.map(({ code }: AnyJson) => code);
    expect([...new Set([...made, ...relations, 'cites', 'refers'])].sort()).toEqual([...known].sort());
  });

  it('is the same until the program changes', async () => {
    for (const path of ['/v1/vocabularies', '/v1/vocabularies/methods']) {
      const first = await t.http.get(path);
      expect(first.headers).toMatchObject({ 'cache-control': 'public, max-age=3600', vary: 'Accept' });
      expect(first.headers.etag).toMatch(/^"[\w-]{12}"$/);
      const again = await t.http.get(path, { 'if-none-match': first.headers.etag ?? '' });
      expect({ status: again.status, etag: again.headers.etag }).toEqual({ status: 304, etag: first.headers.etag });
    }
    const all = await lists();
    expect((await t.http.get('/v1/vocabularies/methods')).body).toEqual(all.find(({ name }) => name === 'methods'));
  });

  it('has no other lists and takes no parameters', async () => {
    const problem = expectProblem(await t.http.get('/v1/vocabularies/event-kind'), 'not-found');
    expect(problem.detail).toContain('did you mean `event-kinds`?');
    expectProblem(await t.http.get('/v1/vocabularies/__proto__'), 'not-found');
    expectProblem(await t.http.get('/v1/vocabularies?asOf=1'), 'unknown-parameter');
    expectProblem(await t.http.get('/v1/vocabularies/methods', { accept: 'text/html' }), 'not-acceptable');
  });
});
