import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

describe('health', () => {
  it('is live', async () => {
    const { status, body, headers } = await service.anonymous.get('/health/live');
    expect({ status, body, cache: headers['cache-control'] }).toEqual({
      status: 200,
      body: { status: 'ok' },
      cache: 'no-store',
    });
  });

  it('is ready, and says at which revision', async () => {
    const { status, body } = await service.anonymous.get('/health/ready');
    expect({ status, body }).toEqual({ status: 200, body: { status: 'ok', revision: 0, mirrors: [] } });
  });

  it('is 503 unavailable once the database is gone', async () => {
    const other = await startTestService();
    await other.store.close();
    const { status, body } = await other.anonymous.get('/health/ready');
    await other.stop();
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'unavailable' });
  });
});
