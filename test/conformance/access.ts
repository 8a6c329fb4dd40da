import { describe, expect, it } from 'vitest';
import { insertApiKey, revokeApiKey } from '../../src/db/api-keys.js';
import { makeKey } from '../../src/shared/api-key.js';
import { ANY, client, expectProblem } from '../support/client.js';
import { startTestService } from '../support/service.js';
import type { Context } from './context.js';

export function describeAccess(t: Context): void {
  const { base, resource } = t;
  const one = `${base}/${resource.example.slug}`;
  const writes = [
    ['POST', base],
    ['PUT', one],
    ['PATCH', one],
    ['DELETE', one],
    ['PUT', `${base}/by/partner/x`],
  ] as const;

  describe('access', () => {
    it.each(writes)('is 401 without a key for %s %s', async (method, path) => {
      const sizes = await t.db.sizes();
      const answer = await t.http.send(method, path, { json: t.fresh(), headers: ANY, key: null });
      expectProblem(answer, 'unauthenticated');
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(await t.db.sizes()).toEqual(sizes);
    });

    it.each(writes)('is 403 with a key for reading for %s %s', async (method, path) => {
      const problem = await t.refused('insufficient-scope', method, path, {
        json: t.fresh(),
        headers: ANY,
        key: 'read',
      });
      expect(problem.requiredScope).toBe('write');
    });

    it('is 401 with a wrong key, even where reading is open', async () => {
      const good = t.service.key('read');
      const revoked = makeKey();
      await insertApiKey(t.service.store, {
        ...revoked,
        name: 'revoked',
        scopes: ['admin'],
        createdAt: '2025-01-01T00:00:00.000Z',
      });
      const headers = { authorization: `Bearer ${revoked.key}` };
      expect((await t.http.get(one, headers)).status).toBe(200);
      await revokeApiKey(t.service.store, revoked.id, '2025-01-02T00:00:00.000Z');
      const wrong = [
        `Bearer ${revoked.key}`,
        `Bearer ${good.slice(0, -1)}`,
        `Bearer ${good}x`,
        `Bearer ${good.slice(0, -1)}${good.endsWith('a') ? 'b' : 'a'}`,
        `Bearer ${makeKey().key}`,
        `Basic ${good}`,
        'Bearer ',
        'Bearer',
        good,
        '',
      ];
      for (const authorization of wrong) {
        for (const path of [base, one, `${one}/history`, `${one}/links`]) {
          await t.refused('unauthenticated', 'GET', path, { headers: { authorization } });
        }
        await t.refused('unauthenticated', 'POST', base, { json: t.fresh(), headers: { authorization } });
      }
    });

    it('takes any good key for reading, and the scheme in any case', async () => {
      for (const scope of ['read', 'write', 'admin'] as const) {
        expect((await t.http.send('GET', one, { key: scope })).status).toBe(200);
      }
      expect((await t.http.get(one, { authorization: `bearer ${t.service.key('read')}` })).status).toBe(200);
      expect((await t.http.send('POST', base, { json: t.fresh(), key: 'admin' })).status).toBe(201);
    });

    it('does not tell without a key whether a record exists', async () => {
      for (const path of [one, `${base}/no-such-record`]) {
        await t.refused('unauthenticated', 'DELETE', path, { key: null, headers: ANY });
        await t.refused('insufficient-scope', 'DELETE', path, { key: 'read', headers: ANY });
      }
    });

    it('checks key and scope before the body, and existence before preconditions', async () => {
      await t.refused('unauthenticated', 'POST', base, { raw: '{', key: null });
      await t.refused('insufficient-scope', 'POST', base, { raw: '{', key: 'read' });
      await t.refused('not-found', 'PATCH', `${base}/no-such-record`, { raw: '{', headers: ANY });
      await t.refused('malformed-json', 'PATCH', one, { raw: '{' });
      await t.refused('invalid-request', 'PATCH', one, { json: { colour: 'red' } });
      await t.refused('precondition-required', 'PATCH', one, { json: { notes: 'x' } });
    });

    it('needs a key for reading too under CHANCERY_READ=key, and keeps answers private', async () => {
      const closed = await startTestService({ read: 'key', seeds: true });
      const http = client(closed);
      const paths = [base, one, `${one}/history`, `${one}/links`, `${one}?fields=slug`];
      for (const path of paths) {
        expectProblem(await http.get(path), 'unauthenticated');
        const answer = await http.send('GET', path, { key: 'read' });
        expect({ path, status: answer.status, vary: answer.headers.vary }).toEqual({
          path,
          status: 200,
          vary: 'Accept, Authorization',
        });
      }
      const then = await http.send('GET', `${base}?asOf=1`, { key: 'read' });
      expect(then.headers['cache-control']).toBe('private, max-age=31536000, immutable');
      expect((await http.get('/health/ready')).status).toBe(200);
      http.close();
      await closed.stop();
    });
  });
}
