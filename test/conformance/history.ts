import { describe, expect, it } from 'vitest';
import { HistoryPage } from '../../src/resources/operations/describe-pages.js';
import { ANY, type AnyJson } from '../support/client.js';
import type { Context } from './context.js';

const KINDS = ['content', 'correction', 'editorial', 'reprocess', 'retraction'];

export function describeHistory(t: Context): void {
  const { base, resource } = t;
  const historyOf = async (id: string): Promise<AnyJson[]> => {
    const { status, body } = await t.http.get(`${base}/${id}/history`);
    expect(status).toBe(200);
    expect(HistoryPage.parse(body)).toEqual(body);
    return body.data;
  };

  describe('history', () => {
    it('tells every change with who, when, why and what, newest first', async () => {
      const made = await t.create({ notes: 'One', tags: ['a'] });
      const path = `${base}/${made.id}`;
      const two = (await t.http.patch(path, { notes: 'Two', tags: ['a', 'b'] }, ANY)).body;
      const three = (await t.http.patch(path, { notes: null }, { ...ANY, 'change-note': 'Not ours' })).body;
      const [last, middle, first] = await historyOf(made.id);
      expect(last).toEqual({
        version: 3,
        revision: three.revision,
        op: 'put',
        changeKind: 'content',
        recordedAt: three.updatedAt,
        by: first.by,
        note: 'Not ours',
        changes: [{ pointer: '/notes', from: 'Two' }],
      });
      expect(middle).toMatchObject({ version: 2, revision: two.revision, note: null });
      expect(middle.changes).toHaveLength(2);
      expect(middle.changes).toContainEqual({ pointer: '/notes', from: 'One', to: 'Two' });
      expect(middle.changes).toContainEqual({ pointer: '/tags', from: ['a'], to: ['a', 'b'] });
      expect(first).toMatchObject({ version: 1, revision: made.revision, op: 'put', recordedAt: made.createdAt });
      expect(first.changes).toContainEqual({ pointer: `/${resource.label}`, to: made[resource.label] });
      expect(first.by).toBe(t.service.key('write').split('_')[1]);
    });

    it.each(KINDS)('keeps Change-Kind: %s', async (kind) => {
      const made = await t.create();
      await t.http.patch(`${base}/${made.id}`, { notes: kind }, { ...ANY, 'change-kind': kind });
      expect((await historyOf(made.id)).map(({ changeKind }) => changeKind)).toEqual([kind, 'content']);
    });

    it('keeps the note of a create, in UTF-8', async () => {
      const note = 'Zелений — “ø”, 会談';
      const header = Buffer.from(note, 'utf8').toString('latin1');
      const answer = await t.http.post(base, t.fresh(), { 'change-note': header, 'change-kind': 'reprocess' });
      expect((await historyOf(answer.body.id))[0]).toMatchObject({ note, changeKind: 'reprocess' });
    });

    it('refuses an unknown Change-Kind with the nearest, and a note that is too long', async () => {
      const json = t.fresh();
      const kind = await t.refused('invalid-request', 'POST', base, { json, headers: { 'change-kind': 'correcton' } });
      expect(kind.errors).toMatchObject([{ in: 'header', parameter: 'Change-Kind' }]);
      expect(kind.errors[0].message).toContain('did you mean `correction`');
      const headers = { 'change-note': 'x'.repeat(501) };
      const note = await t.refused('invalid-request', 'POST', base, { json, headers });
      expect(note.errors).toMatchObject([{ in: 'header', parameter: 'Change-Note' }]);
      await t.refused('invalid-request', 'POST', base, { json, headers: { 'change-kind': 'toString' } });
    });

    it('is not fooled by the name of a prototype as Change-Kind', async () => {
      const made = await t.create();
      const headers = { ...ANY, 'change-kind': '__proto__' };
      await t.refused('invalid-request', 'DELETE', `${base}/${made.id}`, { headers });
    });

    it('is paged to exhaustion, pinned to its first page', async () => {
      const made = await t.create();
      const path = `${base}/${made.id}`;
      for (let n = 2; n <= 6; n += 1) await t.http.patch(path, { notes: `Version ${n}` }, ANY);
      for (const limit of [1, 2, 5, 6, 200]) {
        const whole = await historyOf(made.id);
        const { pages, data } = await t.http.walk(`${path}/history?limit=${limit}`, (page) =>
          t.http.patch(path, { notes: `Meanwhile ${limit} ${page}` }, ANY),
        );
        expect(data).toEqual(whole);
        for (const page of pages) expect(HistoryPage.parse(page)).toEqual(page);
      }
    });

    it('refuses wrong parameters', async () => {
      const path = `${base}/${resource.example.slug}/history`;
      for (const limit of ['0', '201', 'x', '1.5', '']) {
        await t.refused('invalid-parameter', 'GET', `${path}?limit=${limit}`);
      }
      await t.refused('unknown-parameter', 'GET', `${path}?asOf=1`);
      await t.refused('cursor-malformed', 'GET', `${path}?cursor=c1_nonsense`);
      const { body } = await t.http.get(`${base}?limit=1`);
      await t.refused('cursor-mismatch', 'GET', `${path}?cursor=${body.page.next}`);
      await t.refused('not-found', 'GET', `${base}/no-such-record/history`);
    });

    it('is the journal: revisions without gap, documents equal to the last version', async () => {
      const sql = 'select revision, recorded_at as at from revisions order by revision';
      const { rows } = await t.db.query<{ revision: number; at: string }>(sql);
      const numbers = rows.map(({ revision }) => revision);
      expect(numbers).toEqual(Array.from({ length: await t.db.head() }, (_, index) => index + 1));
      const times = rows.map(({ at }) => at);
      expect(times).toEqual([...times].sort());
    });
  });
}
