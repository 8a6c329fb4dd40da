import type { FastifyInstance } from 'fastify';
import type { Services } from '../resources/operations/services.js';
import { registerBatch } from './batch.routes.js';
import { registerChanges } from './changes.routes.js';
import { registerDigest } from './digest.routes.js';
import { Followers } from './followers.js';
import { registerImport } from './import.routes.js';
import { registerSnapshot } from './snapshot.routes.js';
import { registerStream } from './stream.routes.js';

/** Everything by which others keep a copy of what is known here. */
export function registerSync(app: FastifyInstance, services: Services): void {
  const followers = new Followers(services.store);
  // Before the server stops to listen: it waits for answers, and those who wait for changes would keep it waiting.
  app.addHook('preClose', async () => followers.close());
  registerChanges(app, services, followers);
  registerStream(app, services, followers);
  registerSnapshot(app, services);
  registerDigest(app, services);
  registerBatch(app, services);
  registerImport(app, services);
}
