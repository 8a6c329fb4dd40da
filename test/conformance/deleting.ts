import { describe, expect, it } from 'vitest';
import { HistoryPage } from '../../src/resources/operations/describe-pages.js';
import { ANY } from '../support/client.js';
import type { Context } from './context.js';

export function describeDeleting(t: Context): void {
  const { resource, base } = t;

  describe('delete', () => {
    it('answers 204 without a body and takes nothing else away', async () => {
      const made = await t.create();
      const before = await t.all();
      const answer = await t.writes(1, () => t.http.delete(`${base}/${made.slug}`, { 'if-match': '"v1"' }));
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
      expect(await t.all()).toEqual(before.filter(({ id }) => id !== made.id));
    });

    it('leaves 410 with when and why, by id and by slug', async () => {
      const made = await t.create();
      await t.http.delete(`${base}/${made.id}`, { ...ANY, 'change-note': 'Entered twice' });
      for (const ref of [made.id, made.slug]) {
        const problem = await t.refused('gone', 'GET', `${base}/${ref}`);
        expect(problem).toMatchObject({ id: made.id, reason: 'Entered twice' });
        expect(problem.deletedAt > made.updatedAt).toBe(true);
      }
    });

    it('is final for every way of changing it', async () => {
      const made = await t.create();
      await t.http.delete(`${base}/${made.id}`, ANY);
      const json = t.fresh();
      await t.refused('gone', 'PUT', `${base}/${made.id}`, { json, headers: ANY });
      await t.refused('gone', 'PATCH', `${base}/${made.id}`, { json: {}, headers: ANY });
      await t.refused('gone', 'DELETE', `${base}/${made.id}`, { headers: ANY });
    });

    it('keeps the history readable', async () => {
      const made = await t.create({ notes: 'Kept' });
      await t.http.delete(`${base}/${made.id}`, { ...ANY, 'change-kind': 'retraction' });
      for (const ref of [made.id, made.slug]) {
        const { status, body } = await t.http.get(`${base}/${ref}/history`);
        expect(status).toBe(200);
        expect(HistoryPage.parse(body)).toEqual(body);
        expect(body.data.map(({ version, op }: { version: number; op: string }) => [version, op])).toEqual([
          [2, 'delete'],
          [1, 'put'],
        ]);
        expect(body.data[0].changeKind).toBe('retraction');
        expect(body.data[0].changes).toContainEqual({ pointer: '/notes', from: 'Kept' });
      }
    });

    it('frees slug and external ids for a new record', async () => {
      const externalIds = [{ scheme: 'freed', value: `value-${resource.type}` }];
      const made = await t.create({ externalIds });
      await t.http.delete(`${base}/${made.id}`, ANY);
      const next = await t.create({ slug: made.slug, externalIds });
      expect(next).toMatchObject({ slug: made.slug, externalIds, version: 1 });
      expect(next.id).not.toBe(made.id);
      expect((await t.http.get(`${base}/${made.slug}`)).body).toEqual(next);
      expect((await t.http.get(`${base}/by/freed/value-${resource.type}`)).body).toEqual(next);
      await t.refused('gone', 'GET', `${base}/${made.id}`);
    });

    it('is refused while others refer to the record, and names them', async () => {
      const made = await t.create();
      const referrers = [await t.refer(made.id), await t.refer(`${resource.collection}/${made.slug}`)];
      const problem = await t.refused('still-referenced', 'DELETE', `${base}/${made.id}`, { headers: ANY });
      const named = problem.referencedBy.map(({ id }: { id: string }) => id).sort();
      expect(named).toEqual(referrers.map(({ id }) => id).sort());
      expect(problem.referencedBy[0]).toMatchObject({ type: 'area', slug: expect.stringMatching(/^referrer-/) });
    });

    it('is allowed once the last reference is gone', async () => {
      const made = await t.create();
      const [one, two] = [await t.refer(made.id), await t.refer(made.id)];
      await t.http.patch(`/v1/areas/${one.id}`, { relations: [] }, ANY);
      await t.refused('still-referenced', 'DELETE', `${base}/${made.id}`, { headers: ANY });
      await t.http.delete(`/v1/areas/${two.id}`, ANY);
      expect((await t.http.delete(`${base}/${made.id}`, ANY)).status).toBe(204);
    });

    it('is refused for a typed reference too', async () => {
      const { fixture } = t;
      const made = await t.create(fixture.reference(fixture.target));
      const collection = `${typeAt(made, fixture.pointer)}s`;
      const target = valueAt(made, fixture.pointer);
      const problem = await t.refused('still-referenced', 'DELETE', `/v1/${collection}/${target}`, { headers: ANY });
      expect(problem.referencedBy.length).toBeGreaterThan(0);
      expect(problem.referencedBy.length).toBeLessThanOrEqual(10);
    });

    it('answers 404 for a record that is not there, and takes no parameters', async () => {
      await t.refused('not-found', 'DELETE', `${base}/no-such-record`, { headers: ANY });
      const made = await t.create();
      await t.refused('unknown-parameter', 'DELETE', `${base}/${made.id}?force=true`, { headers: ANY });
    });
  });
}

function valueAt(document: unknown, pointer: string): string {
  let node = document as never;
  for (const segment of pointer.slice(1).split('/')) node = node[segment as never];
  return node;
}

function typeAt(document: unknown, pointer: string): string {
  return valueAt(document, pointer).split('_', 1)[0] ?? '';
}
