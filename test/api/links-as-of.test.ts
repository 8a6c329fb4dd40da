import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

it('links as of a revision name the other record as it was called then, byte for byte the same ever after', async () => {
  const write = service.as('write');
  const broad = await write.post('/v1/areas').send({ label: 'Defence', slug: 'defence' });
  await write.post('/v1/areas').send({ label: 'Air defence', slug: 'air-defence', broader: 'defence' });
  const asOf = (await service.anonymous.get('/v1/areas')).body.asOf;
  const past = `/v1/areas/air-defence/links?asOf=${asOf}`;
  const before = await service.anonymous.get(past);

  await write.patch('/v1/areas/defence').set('if-match', '*').send({ label: 'Security', slug: 'security' }).expect(200);

  const after = await service.anonymous.get(past);
  const called = (name: string, label: string) => [
    { direction: 'out', relation: 'broader', record: { id: broad.body.id, type: 'area', slug: name, label } },
  ];
  expect(before.body.data).toEqual(called('defence', 'Defence'));
  expect({ text: after.text, etag: after.headers.etag }).toEqual({ text: before.text, etag: before.headers.etag });
  expect(after.headers['cache-control']).toMatch(/immutable/);
  const now = await service.anonymous.get('/v1/areas/air-defence/links');
  expect(now.body.data).toEqual(called('security', 'Security'));
});
