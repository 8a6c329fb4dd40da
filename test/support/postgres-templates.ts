import { randomBytes } from 'node:crypto';
import { openDatabase } from '../../src/db/open.js';
import type { Store } from '../../src/db/store.js';
import { postgresAdmin } from './postgres-admin.js';

/** Where the tests on PostgreSQL make their databases. */
export interface PostgresPlace {
  /** URL of a database whose user may make others. */
  adminUrl: string;
  /** What the name of every database that these tests make begins with. */
  prefix: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The engine that the tests of a project run on. */
    engine: 'sqlite' | 'postgres';
    /** There in the project `postgres` only. */
    postgres: PostgresPlace;
  }
}

export type TemplateName = 'template_empty' | 'template_seeded';

/**
 * Makes a database to copy others from, unless it is there: migrated, with its head row and what `fill` adds. It gets
 * its name at the end, so that nobody copies half of one, and lets nobody in, as an open session forbids copies.
 */
export async function makeTemplate(
  { adminUrl, prefix }: PostgresPlace,
  name: TemplateName,
  fill: (store: Store) => Promise<unknown> = async () => undefined,
): Promise<string> {
  const admin = postgresAdmin(adminUrl);
  const template = `${prefix}${name}`;
  await admin.exclusively(template, async () => {
    const there = await admin.query('select 1 from pg_database where datname = $1', [template]);
    if (there.length > 0) return;
    const draft = `${prefix}${randomBytes(6).toString('hex')}`;
    await admin.createDatabase(draft);
    const store = await openDatabase(admin.url(draft));
    try {
      await fill(store);
    } finally {
      await store.close();
    }
    await admin.query(`alter database ${draft} allow_connections false`);
    await admin.query(`alter database ${draft} rename to ${template}`);
  });
  return template;
}
