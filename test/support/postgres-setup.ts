import { randomBytes } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { postgresAdmin } from './postgres-admin.js';
import { PostgresServer } from './postgres-server.js';
import { makeTemplate, type PostgresPlace } from './postgres-templates.js';

type Place = PostgresPlace & { remove(): Promise<void> };

const REMEDY =
  'Set TEST_DATABASE_URL to a server where databases may be made, or leave them out with --project sqlite.';

/** Gives the tests a PostgreSQL server: the one of TEST_DATABASE_URL, or else one of their own for this run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const { remove, ...place } = await findPlace(process.env.TEST_DATABASE_URL ?? '');
    // Made here and not by the test that needs it first, so that a store which cannot start fails the run once.
    await makeTemplate(place, 'template_empty').catch((error: unknown) =>
      remove().finally(() => Promise.reject(error)),
    );
    project.provide('postgres', place);
    return remove;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The tests on PostgreSQL cannot start: ${reason}\n${REMEDY}`, { cause });
  }
}

async function findPlace(url: string): Promise<Place> {
  if (url !== '') return givenServer(url);
  const server = await PostgresServer.start({ durable: false });
  return { adminUrl: server.url('postgres'), prefix: 'chancery_', remove: () => server.remove() };
}

/** The names of databases on a server that others use too hold the run; they are dropped at its end. */
async function givenServer(url: string): Promise<Place> {
  const adminUrl = new URL(url).pathname.length > 1 ? url : postgresAdmin(url).url('postgres');
  const prefix = `chancery_test_${randomBytes(4).toString('hex')}_`;
  const admin = postgresAdmin(adminUrl);
  await admin.query('select 1');
  return {
    adminUrl,
    prefix,
    async remove() {
      const made = await admin.query('select datname from pg_database where starts_with(datname, $1)', [prefix]);
      for (const { datname } of made) await admin.dropDatabase(String(datname));
    },
  };
}
