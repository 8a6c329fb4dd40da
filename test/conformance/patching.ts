import { describe, expect, it } from 'vitest';
import { ANY } from '../support/client.js';
import type { Context } from './context.js';

const JSON_PATCH = { 'content-type': 'application/json-patch+json', ...ANY };

export function describePatching(t: Context): void {
  const { resource, base } = t;

  describe('patch', () => {
    it.each(['application/merge-patch+json', 'application/json'])('merges %s', async (type) => {
      const made = await t.create({ notes: 'Before', tags: ['one'] });
      const answer = await t.writes(1, () =>
        t.http.patch(`${base}/${made.id}`, { tags: ['two'], notes: null }, { ...ANY, 'content-type': type }),
      );
      expect({ status: answer.status, etag: answer.headers.etag }).toEqual({ status: 200, etag: '"v2"' });
      t.expectRecord(answer.body);
      const { notes: _, ...rest } = made;
      const { version, revision, updatedAt } = answer.body;
      expect(answer.body).toEqual({ ...rest, tags: ['two'], version, revision, updatedAt });
      expect((await t.http.get(`${base}/${made.id}`)).text).toBe(answer.text);
    });

    it('takes the patch of the API description', async () => {
      const made = await t.create();
      const answer = await t.http.patch(`${base}/${made.id}`, resource.example.patch, ANY);
      expect({ status: answer.status, version: answer.body.version }).toEqual({ status: 200, version: 2 });
      expect(answer.body).toMatchObject(resource.example.patch);
      t.expectRecord(answer.body);
    });

    it('writes nothing when a patch changes nothing', async () => {
      const made = await t.create({ notes: 'Same' });
      const merged = await t.writes(0, () => t.http.patch(`${base}/${made.id}`, { notes: 'Same' }, ANY));
      const empty = await t.writes(0, () => t.http.patch(`${base}/${made.id}`, [], JSON_PATCH));
      expect([merged.body, empty.body]).toEqual([made, made]);
      expect([merged.status, merged.headers.etag]).toEqual([200, '"v1"']);
    });

    it('applies all six operations of JSON Patch in order', async () => {
      const made = await t.create({ notes: 'One', tags: ['a', 'b'] });
      const operations = [
        { op: 'test', path: '/notes', value: 'One' },
        { op: 'add', path: '/tags/1', value: 'c' },
        { op: 'replace', path: '/notes', value: 'Two' },
        { op: 'remove', path: '/tags/0' },
        { op: 'copy', from: '/tags/0', path: '/tags/-' },
        { op: 'move', from: '/tags/1', path: '/tags/0' },
      ];
      const answer = await t.writes(1, () => t.http.patch(`${base}/${made.id}`, operations, JSON_PATCH));
      expect(answer.body).toMatchObject({ version: 2, notes: 'Two', tags: ['b', 'c', 'c'] });
      t.expectRecord(answer.body);
    });

    it('changes nothing at all when a test operation fails', async () => {
      const made = await t.create({ notes: 'One' });
      const json = [
        { op: 'replace', path: '/notes', value: 'Two' },
        { op: 'test', path: '/notes', value: 'One' },
      ];
      const problem = await t.refused('rule-violated', 'PATCH', `${base}/${made.id}`, { json, headers: JSON_PATCH });
      expect(problem.errors).toMatchObject([{ in: 'body', pointer: '/1', code: 'operation-failed' }]);
    });

    it.each([
      ['an unknown operation', [{ op: 'increment', path: '/notes', value: 1 }]],
      ['a missing value', [{ op: 'add', path: '/notes' }]],
      ['a path that is no pointer', [{ op: 'remove', path: 'notes' }]],
      ['the whole document as path', [{ op: 'replace', path: '', value: {} }]],
      ['a path that leads nowhere', [{ op: 'remove', path: '/no/such/place' }]],
      ['an index beyond the end', [{ op: 'add', path: '/tags/99', value: 'x' }]],
      ['an unknown member', [{ op: 'remove', path: '/notes', force: true }]],
      ['an object for a list', { op: 'remove', path: '/notes' }],
      ['a field that does not exist', [{ op: 'add', path: '/colour', value: 'red' }]],
      ['a prototype', [{ op: 'add', path: '/__proto__/polluted', value: true }]],
      ['a move into itself', [{ op: 'move', from: '/tags', path: '/tags/0' }]],
      ['too many operations', Array(101).fill({ op: 'add', path: '/notes', value: 'x' })],
    ])('refuses a JSON Patch with %s', async (_, json) => {
      const made = await t.create({ notes: 'One', tags: ['a'] });
      const problem = await t.refused('invalid-request', 'PATCH', `${base}/${made.id}`, { json, headers: JSON_PATCH });
      expect(problem.errors[0]).toMatchObject({ in: 'body' });
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    });

    it.each([
      ['a list', []],
      ['a text', 'notes'],
      ['null', null],
    ])('refuses %s as a merge patch', async (_, json) => {
      const made = await t.create();
      await t.refused('invalid-request', 'PATCH', `${base}/${made.id}`, {
        json,
        headers: { ...ANY, 'content-type': 'application/merge-patch+json' },
      });
    });

    it('refuses a merge patch that takes a required field or adds an unknown one', async () => {
      const made = await t.create();
      const headers = { ...ANY, 'content-type': 'application/merge-patch+json' };
      const json = { [resource.label]: null, colour: 'red' };
      const problem = await t.refused('invalid-request', 'PATCH', `${base}/${made.id}`, { json, headers });
      const found = problem.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`).sort();
      expect(found).toEqual([`/${resource.label} required`, '/colour unknown-field'].sort());
    });

    it('refuses what no patch can be written in', async () => {
      const made = await t.create();
      const problem = await t.refused('unsupported-media-type', 'PATCH', `${base}/${made.id}`, {
        json: {},
        headers: { ...ANY, 'content-type': 'application/xml' },
      });
      expect(problem.available).toEqual([
        'application/merge-patch+json',
        'application/json-patch+json',
        'application/json',
      ]);
    });

    it('answers 404 for a record that is not there', async () => {
      await t.refused('not-found', 'PATCH', `${base}/no-such-record`, { json: {}, headers: ANY });
    });
  });
}
