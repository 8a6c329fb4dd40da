import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { expectProblem } from '../support/client.js';
import { openRaw } from '../support/raw.js';
import type { Context } from './context.js';

/** Makes the answer kept under a key a claim, as a process leaves it that is handling the request until some time. */
async function claimAgain(t: Context, name: string, until: string): Promise<{ release(): Promise<void> }> {
  const sha256 = createHash('sha256').update(name).digest('hex');
  const set = async (by: string | null, to: string | null) => {
    const raw = await openRaw(t.service.database.url);
    await raw.query(
      'update idempotency_keys set claimed_by = ?, claimed_until = ? where key_sha256 = ?',
      by,
      to,
      sha256,
    );
    await raw.close();
  };
  await set('another', until);
  return { release: () => set(null, null) };
}

export function describeIdempotency(t: Context): void {
  const { base, resource } = t;
  let used = 0;
  const key = (extra = '') => {
    used += 1;
    return `key-${resource.type}-${used}${extra}`;
  };

  describe('Idempotency-Key', () => {
    it('answers a repeat with the same bytes and writes once', async () => {
      const headers = { 'idempotency-key': key() };
      const body = t.fresh();
      const first = await t.writes(1, () => t.http.post(base, body, headers));
      const again = await t.writes(0, () => t.http.post(base, body, headers));
      expect(first.headers['idempotency-replayed']).toBeUndefined();
      expect(again.headers['idempotency-replayed']).toBe('true');
      expect({ status: again.status, text: again.text }).toEqual({ status: 201, text: first.text });
      for (const name of ['etag', 'location', 'content-type']) expect(again.headers[name]).toBe(first.headers[name]);
    });

    it('is the same quoted and bare', async () => {
      const name = key();
      const body = t.fresh();
      const first = await t.http.post(base, body, { 'idempotency-key': name });
      const again = await t.writes(0, () => t.http.post(base, body, { 'idempotency-key': `"${name}"` }));
      expect({ replayed: again.headers['idempotency-replayed'], text: again.text }).toEqual({
        replayed: 'true',
        text: first.text,
      });
    });

    it('is refused with another body, whatever the body', async () => {
      const headers = { 'idempotency-key': key() };
      const first = t.fresh();
      await t.http.post(base, first, headers);
      await t.refused('idempotency-key-reused', 'POST', base, { json: t.fresh(), headers });
      await t.refused('idempotency-key-reused', 'POST', base, { json: { ...first, notes: 'More' }, headers });
    });

    it('means nothing to another principal', async () => {
      const headers = { 'idempotency-key': key() };
      const mine = await t.http.post(base, t.fresh(), headers);
      const theirs = await t.writes(1, () => t.http.send('POST', base, { json: t.fresh(), headers, key: 'admin' }));
      expect([mine.status, theirs.status]).toEqual([201, 201]);
      expect(theirs.headers['idempotency-replayed']).toBeUndefined();
    });

    it('lets one of many concurrent requests write, and has the others repeat', async () => {
      const headers = { 'idempotency-key': key() };
      const body = t.fresh();
      const before = await t.db.head();
      const answers = await Promise.all(Array.from({ length: 6 }, () => t.http.post(base, body, headers)));
      const [refused, done] = [409, 201].map((status) => answers.filter((answer) => answer.status === status));
      expect((refused?.length ?? 0) + (done?.length ?? 0)).toBe(6);
      for (const answer of refused ?? []) {
        expectProblem(answer, 'idempotency-in-progress');
        expect(answer.headers['retry-after']).toBe('1');
      }
      expect(new Set(done?.map(({ text }) => text)).size).toBe(1);
      expect(done?.filter((answer) => answer.headers['idempotency-replayed'] === undefined)).toHaveLength(1);
      expect(await t.db.head()).toBe(before + 1);
      const again = await t.writes(0, () => t.http.post(base, body, headers));
      expect({ replayed: again.headers['idempotency-replayed'], text: again.text }).toEqual({
        replayed: 'true',
        text: done?.[0]?.text,
      });
    });

    it('is in progress while another process holds it, and another request under it is refused as such', async () => {
      const headers = { 'idempotency-key': key() };
      const body = t.fresh();
      const first = await t.http.post(base, body, headers);
      const held = await claimAgain(t, headers['idempotency-key'], '9999-01-01T00:00:00.000Z');
      await t.refused('idempotency-in-progress', 'POST', base, { json: body, headers });
      await t.refused('idempotency-key-reused', 'POST', base, { json: t.fresh(), headers });
      await held.release();
      const again = await t.writes(0, () => t.http.post(base, body, headers));
      expect(again.text).toBe(first.text);
    });

    it('is free again when its process is gone, and writes once', async () => {
      const headers = { 'idempotency-key': key() };
      const body = t.fresh();
      await t.http.post(base, body, headers);
      await t.http.delete(`${base}/${body.slug}`, { 'if-match': '*' });
      await claimAgain(t, headers['idempotency-key'], '2000-01-01T00:00:00.000Z');
      const made = await t.writes(1, () => t.http.post(base, body, headers));
      expect({ status: made.status, replayed: made.headers['idempotency-replayed'] }).toEqual({
        status: 201,
        replayed: undefined,
      });
      const again = await t.writes(0, () => t.http.post(base, body, headers));
      expect(again.text).toBe(made.text);
    });

    it('replays a 409, even when it would succeed by now', async () => {
      const headers = { 'idempotency-key': key() };
      const holder = await t.create();
      const body = t.fresh({ slug: holder.slug });
      const first = await t.http.post(base, body, headers);
      await t.http.delete(`${base}/${holder.id}`, { 'if-match': '*' });
      const again = await t.writes(0, () => t.http.post(base, body, headers));
      expect([first.status, again.status, again.headers['idempotency-replayed']]).toEqual([409, 409, 'true']);
      expect(again.text).toBe(first.text);
      expect(again.headers['content-type']).toBe(first.headers['content-type']);
    });

    it('replays a 422, even when it would succeed by now', async () => {
      const headers = { 'idempotency-key': key() };
      const slug = `late-source-${resource.type}`;
      const body = t.fresh({ citations: [{ source: slug }] });
      const first = await t.http.post(base, body, headers);
      await t.http.post('/v1/sources', { slug, title: 'Late', kind: 'news' });
      const again = await t.writes(0, () => t.http.post(base, body, headers));
      expect([first.status, again.status, again.headers['idempotency-replayed']]).toEqual([422, 422, 'true']);
      expect(again.text).toBe(first.text);
    });

    it('keeps no answer to a request that was not understood', async () => {
      const headers = { 'idempotency-key': key() };
      await t.refused('invalid-request', 'POST', base, { json: t.fresh({ colour: 'red' }), headers });
      await t.refused('malformed-json', 'POST', base, { raw: '{', headers });
      const answer = await t.http.post(base, t.fresh(), headers);
      expect({ status: answer.status, replayed: answer.headers['idempotency-replayed'] }).toEqual({
        status: 201,
        replayed: undefined,
      });
    });

    it.each(['', ' ', 'with space', 'x'.repeat(256), 'ünïcode', '""'])('refuses the key "%s"', async (value) => {
      const headers = { 'idempotency-key': value };
      const problem = await t.refused('invalid-request', 'POST', base, { json: t.fresh(), headers });
      expect(problem.errors).toMatchObject([{ in: 'header', parameter: 'Idempotency-Key' }]);
    });
  });
}
