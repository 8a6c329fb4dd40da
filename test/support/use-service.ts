import { afterAll, beforeAll } from 'vitest';
import { type Client, client } from './client.js';
import { type Inspection, inspect } from './inspect.js';
import { startTestService, type TestService, type TestServiceOptions } from './service.js';

export interface Used {
  service: TestService;
  http: Client;
  db: Inspection;
}

/** A service for the tests of one file, with a client and a look at its database; there before the first test. */
export function useService(options: TestServiceOptions): Used {
  const used = {} as Used;
  beforeAll(async () => {
    used.service = await startTestService(options);
    used.http = client(used.service);
    used.db = await inspect(used.service);
  });
  afterAll(async () => {
    used.http.close();
    await used.db.close();
    await used.service.stop();
  });
  return used;
}
