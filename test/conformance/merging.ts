import { describe, expect, it } from 'vitest';
import { HistoryPage } from '../../src/resources/operations/describe-pages.js';
import { ChangeSchema } from '../../src/sync/changes.describe.js';
import { ANY, type Answer, type AnyJson } from '../support/client.js';
import type { Context } from './context.js';

export function describeMerging(t: Context): void {
  const { resource, base } = t;
  const { type } = resource;
  let used = 0;
  const value = () => {
    used += 1;
    return `merge-${type}-${used}`;
  };
  const pair = async () => [
    await t.create({ externalIds: [{ scheme: 'one', value: value() }], tags: ['both', 'first'] }),
    await t.create({ externalIds: [{ scheme: 'two', value: value() }], tags: ['both', 'second'] }),
  ];
  const merge = (ref: string, into: string, headers: Record<string, string> = ANY): Promise<Answer> =>
    t.http.post(`${base}/${ref}/merge`, { into }, headers);
  const merged = async (ref: string, into: string): Promise<AnyJson> => {
    const answer = await merge(ref, into);
    expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({
      status: 200,
      text: '',
    });
    return answer.body;
  };

  describe('merge', () => {
    it('answers with the survivor, which has both sets of external ids and tags', async () => {
      const [one, two] = await pair();
      const answer = await t.writes(2, () => merge(one.slug, two.slug, { 'if-match': '"v1"' }));
      expect(answer.status).toBe(200);
      t.expectRecord(answer.body);
      expect(answer.body).toMatchObject({
        id: two.id,
        slug: two.slug,
        version: 2,
        [resource.label]: two[resource.label],
      });
      expect(answer.body.externalIds).toEqual([...two.externalIds, ...one.externalIds]);
      expect(answer.body.tags).toEqual(['both', 'second', 'first']);
      expect(answer.headers).toMatchObject({
        etag: '"v2"',
        location: `${base}/${two.id}`,
        'content-location': `${base}/${two.id}`,
      });
      expect((await t.http.get(`${base}/${two.id}`)).text).toBe(answer.text);
      for (const { scheme, value: id } of answer.body.externalIds)
        expect((await t.http.get(`${base}/by/${scheme}/${id}`)).body.id).toBe(two.id);
    });

    it('takes the one record away and no other', async () => {
      const [one, two] = await pair();
      const before = await t.all();
      const survivor = await merged(one.id, two.id);
      const expected = before.filter(({ id }) => id !== one.id).map((each) => (each.id === two.id ? survivor : each));
      expect((await t.all()).toSorted(byId)).toEqual(expected.toSorted(byId));
    });

    it('redirects every reading by the old id or slug, with its query', async () => {
      const [one, two] = await pair();
      await merged(one.id, two.id);
      const paths = ['', '?fields=slug&asOf=', '/links?limit=3', '/provenance'];
      const head = await t.db.head();
      for (const ref of [one.id, one.slug]) {
        for (const path of paths.map((each) => each.replace('asOf=', `asOf=${head}`))) {
          const answer = await t.http.get(`${base}/${ref}${path}`);
          expect([path, answer.status, answer.text]).toEqual([path, 308, '']);
          expect(answer.headers).toMatchObject({ location: `${base}/${two.id}${path}`, 'cache-control': 'no-cache' });
        }
        const answer = await t.http.send('HEAD', `${base}/${ref}?fields=slug`);
        expect([answer.status, answer.headers.location]).toEqual([308, `${base}/${two.id}?fields=slug`]);
      }
    });

    it('keeps what was readable as of revisions before', async () => {
      const [one, two] = await pair();
      const before = await t.db.head();
      const survivor = await merged(one.id, two.id);
      for (const ref of [one.id, one.slug, `one:${one.externalIds[0].value}`])
        expect((await t.http.get(`${base}/${ref}?asOf=${before}`)).body).toEqual(one);
      expect((await t.http.get(`${base}/${two.id}?asOf=${before}`)).body).toEqual(two);
      const after = `${base}/one:${one.externalIds[0].value}?asOf=${await t.db.head()}`;
      expect((await t.http.get(after)).body).toEqual(survivor);
    });

    it('leaves the histories of both', async () => {
      const [one, two] = await pair();
      const note = { ...ANY, 'change-note': 'The same twice', 'change-kind': 'correction' };
      await merge(one.id, two.id, note);
      const history = async (ref: string) => {
        const { status, body } = await t.http.get(`${base}/${ref}/history`);
        expect([status, HistoryPage.parse(body)]).toEqual([200, body]);
        return body.data;
      };
      const said = { note: 'The same twice', changeKind: 'correction' };
      for (const ref of [one.id, one.slug]) {
        const [last, first] = await history(ref);
        expect(last).toMatchObject({ ...said, op: 'merge', version: 2, mergedInto: two.id });
        expect(first).toMatchObject({ op: 'put', version: 1 });
      }
      const [last] = await history(two.id);
      expect(last).toMatchObject({ ...said, op: 'put', version: 2 });
      expect(last.mergedInto).toBeUndefined();
      expect(last.changes).toContainEqual({
        pointer: '/externalIds',
        ...{ from: two.externalIds, to: [...two.externalIds, ...one.externalIds] },
      });
      const taken = ['externalIds', 'tags', 'citations', resource.kind.takesOver.names?.field];
      for (const { pointer } of last.changes) expect(taken).toContain(pointer.slice(1));
    });

    it('moves references, and ends with one entry of the feed that tells what it caused', async () => {
      const [one, two] = await pair();
      const referrers = [await t.refer(one.id), await t.refer(`${resource.collection}/${one.slug}`)];
      const since = await t.db.head();
      const survivor = await merged(one.id, two.id);
      for (const { id } of referrers) {
        const { body } = await t.http.get(`/v1/areas/${id}`);
        expect(body).toMatchObject({ version: 2, relations: [{ kind: 'related', target: two.id }] });
      }
      const { body } = await t.http.get(`/v1/changes?since=${since}`);
      for (const change of body.data) expect(ChangeSchema.parse(change)).toEqual(change);
      const ids = [survivor.id, ...referrers.map(({ id }) => id).sort()];
      expect(body.data.map(({ id, op }: AnyJson) => [id, op])).toEqual([
        ...ids.map((id) => [id, 'put']),
        [one.id, 'merge'],
      ]);
      expect(body.data.at(-1)).toMatchObject({
        ...{ slug: one.slug, version: 2, document: null, mergedInto: two.id },
        caused: { first: since + 1, last: since + 3 },
      });
      expect(body.data[0].document).toEqual(survivor);
      expect(body.data.slice(0, -1).filter((each: AnyJson) => 'caused' in each || 'mergedInto' in each)).toEqual([]);
    });

    it('moves typed references', async () => {
      const { fixture } = t;
      const target = (await t.create(fixture.reference(fixture.target))) as AnyJson;
      const id = valueAt(target, fixture.pointer);
      const collection = `${id.split('_')[0]}s`;
      const { id: _id, slug, externalIds: _ids, ...copy } = (await t.http.get(`/v1/${collection}/${id}`)).body;
      const twin = await t.http.post(`/v1/${collection}`, { ...copy, slug: `${slug}-twin-${type}` });
      const record = await t.create(fixture.reference(twin.body.id));
      const answer = await t.http.post(`/v1/${collection}/${twin.body.id}/merge`, { into: id }, ANY);
      expect(answer.status).toBe(200);
      const { body } = await t.http.get(`${base}/${record.id}`);
      expect([body.version, valueAt(body, fixture.pointer)]).toEqual([2, id]);
      const links = await t.http.get(`${base}/${record.id}/links?direction=out&limit=200`);
      expect(links.body.data.map((link: AnyJson) => link.record.id)).toContain(id);
      expect(links.body.data.map((link: AnyJson) => link.record.id)).not.toContain(twin.body.id);
    });

    it('takes the old id for the survivor wherever it is written, and for itself as of before', async () => {
      const [one, two] = await pair();
      const known = await t.refer(one.id);
      const before = await t.db.head();
      await merged(one.id, two.id);
      const fresh = await t.refer(one.id);
      const bySlug = await t.refer(`${resource.collection}/${one.slug}`);
      for (const { relations } of [fresh, bySlug]) expect(relations[0].target).toBe(two.id);
      const related = async (ref: string, more = '') =>
        (await t.http.get(`/v1/areas?relatedTo=${ref}&sort=created${more}`)).body.data.map(({ id }: AnyJson) => id);
      const now = [known.id, fresh.id, bySlug.id];
      for (const ref of [one.id, one.slug, `${resource.collection}/${one.slug}`, two.id])
        expect([ref, await related(ref)]).toEqual([ref, now]);
      for (const [ref, ids] of [
        [one.id, [known.id]],
        [one.slug, [known.id]],
        [two.id, []],
      ] as const)
        expect([ref, await related(ref, `&asOf=${before}`)]).toEqual([ref, ids]);
    });

    it('leads on in one step when the survivor is merged in turn', async () => {
      const [one, two] = await pair();
      const [three, four] = await pair();
      await merged(one.id, two.id);
      const between = await t.db.head();
      await merged(two.id, three.id);
      await merged(three.slug, four.id);
      const { version } = await merged((await t.create()).id, one.slug);
      for (const { id } of [one, two, three])
        expect((await t.http.get(`${base}/${id}`)).headers.location).toBe(`${base}/${four.id}`);
      expect((await t.http.get(`${base}/${one.id}?asOf=${between}`)).headers.location).toBe(
        `${base}/${two.id}?asOf=${between}`,
      );
      const { body } = await t.http.get(`${base}/${four.id}`);
      expect(body.version).toBe(version);
      expect(body.externalIds).toEqual([four, three, two, one].flatMap(({ externalIds }) => externalIds));
      expect((await t.http.get(`${base}/${one.id}/history`)).body.data[0].mergedInto).toBe(two.id);
      await t.http.delete(`${base}/${four.id}`, ANY);
      expect((await t.http.get(`${base}/${one.id}`)).status).toBe(308);
      await t.refused('gone', 'GET', `${base}/${four.id}`);
    });

    it('frees the slug', async () => {
      const [one, two] = await pair();
      await merged(one.id, two.id);
      const next = await t.create({ slug: one.slug });
      expect((await t.http.get(`${base}/${one.slug}`)).body).toEqual(next);
      expect((await t.http.get(`${base}/${one.id}`)).headers.location).toBe(`${base}/${two.id}`);
      expect((await t.refer(`${resource.collection}/${one.slug}`)).relations[0].target).toBe(next.id);
    });

    it('lets nothing be changed under the old id, and says where to', async () => {
      const [one, two] = await pair();
      await merge(one.id, two.id, { ...ANY, 'change-note': 'Entered twice' });
      const refusals = [
        ['PUT', '', t.fresh()],
        ['PATCH', '', {}],
        ['DELETE', '', undefined],
        ['POST', '/merge', { into: two.id }],
      ] as const;
      for (const [method, path, json] of refusals) {
        const problem = await t.refused('gone', method, `${base}/${one.id}${path}`, { json, headers: ANY });
        expect(problem).toMatchObject({ id: one.id, mergedInto: two.id, reason: 'Entered twice' });
        expect(problem.mergedAt > one.updatedAt).toBe(true);
        expect(problem.deletedAt).toBeUndefined();
      }
    });

    it('is refused where it makes no sense', async () => {
      const [one, two] = await pair();
      const other = await t.refer(two.id);
      const refused = (code: 'unknown-reference' | 'rule-violated', into: string) =>
        t.refused(code, 'POST', `${base}/${one.id}/merge`, { json: { into }, headers: ANY });
      const [deleted] = await pair();
      await t.http.delete(`${base}/${deleted.id}`, ANY);
      const wrong = type === 'area' ? 'seed-article' : other.slug;
      const cases = [
        ['no-such-record', 'not-found'],
        [deleted.id, 'deleted'],
        [type === 'area' ? `sources/${wrong}` : `areas/${wrong}`, 'wrong-type'],
      ] as const;
      for (const [into, code] of cases)
        expect((await refused('unknown-reference', into)).errors).toMatchObject([
          { in: 'body', pointer: '/into', code },
        ]);
      for (const into of [one.id, one.slug]) {
        const { errors } = await refused('rule-violated', into);
        expect(errors).toMatchObject([{ in: 'body', pointer: '/into', code: 'self-reference' }]);
      }
      await merged(two.id, one.id);
      await refused('rule-violated', two.id);
      for (const json of [{}, { into: 5 }, { into: one.id, more: 1 }, []])
        await t.refused('invalid-request', 'POST', `${base}/${one.id}/merge`, { json, headers: ANY });
      await t.refused('unknown-parameter', 'POST', `${base}/${one.id}/merge?force=true`, { json: {}, headers: ANY });
      await t.refused('not-found', 'POST', `${base}/no-such-record/merge`, { json: { into: one.id }, headers: ANY });
    });

    it('needs If-Match of the record that ends', async () => {
      const [one, two] = await pair();
      await t.http.patch(`${base}/${one.id}`, { notes: 'Second' }, ANY);
      const json = { into: two.id };
      await t.refused('precondition-required', 'POST', `${base}/${one.id}/merge`, { json });
      const problem = await t.refused('version-mismatch', 'POST', `${base}/${one.id}/merge`, {
        ...{ json, headers: { 'if-match': '"v1"' } },
      });
      expect(problem).toMatchObject({ currentVersion: 2, yourVersion: 1 });
      expect((await merge(one.id, two.id, { 'if-match': '"v2"' })).status).toBe(200);
    });

    it('is done once however often it is sent with one key', async () => {
      const [one, two] = await pair();
      const headers = { 'if-match': '"v1"', 'idempotency-key': value() };
      const first = await t.writes(2, () => merge(one.slug, two.id, headers));
      const again = await t.writes(0, () => merge(one.slug, two.id, headers));
      expect([again.status, again.text, again.headers['idempotency-replayed']]).toEqual([200, first.text, 'true']);
      for (const name of ['etag', 'location', 'content-location'])
        expect(again.headers[name]).toBe(first.headers[name]);
      const json = { into: (await t.create()).id };
      await t.refused('idempotency-key-reused', 'POST', `${base}/${one.slug}/merge`, { json, headers });
      const other = { ...headers, 'idempotency-key': value() };
      await t.refused('gone', 'POST', `${base}/${one.slug}/merge`, { json, headers: other });
    });

    it('needs a key that may write', async () => {
      const [one, two] = await pair();
      const json = { into: two.id };
      await t.refused('unauthenticated', 'POST', `${base}/${one.id}/merge`, { json, headers: ANY, key: null });
      await t.refused('insufficient-scope', 'POST', `${base}/${one.id}/merge`, { json, headers: ANY, key: 'read' });
    });

    it('lets the references between the two go', async () => {
      const [one, two] = await pair();
      const relations = (target: string, ...others: AnyJson[]) => ({
        relations: [{ kind: 'same-as', target }, { kind: 'related', target: 'areas/cyber-security' }, ...others],
      });
      await t.http.patch(
        `${base}/${one.id}`,
        relations(two.id, { kind: 'follows', target: 'sources/seed-article' }),
        ANY,
      );
      await t.http.patch(`${base}/${two.id}`, relations(one.id), ANY);
      const { relations: left } = await merged(one.id, two.id);
      expect(left.map(({ kind, target }: AnyJson) => `${kind} ${target.split('_')[0]}`)).toEqual([
        'related area',
        'follows source',
      ]);
    });
  });
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

function valueAt(document: AnyJson, pointer: string): string {
  return pointer
    .slice(1)
    .split('/')
    .reduce((node, segment) => node[segment], document);
}
