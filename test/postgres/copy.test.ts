import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asc } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.js';
import { loadSeeds } from '../../src/commands/seed.js';
import { insertApiKey } from '../../src/db/api-keys.js';
import { type CopySummary, copyDatabase, summarise, TABLE_KEYS } from '../../src/db/copy.js';
import { openDatabase } from '../../src/db/open.js';
import { tables } from '../../src/db/schema.postgres.js';
import type { Store, Tx } from '../../src/db/store.js';
import { logDelivery } from '../../src/db/webhooks.js';
import { directAnalyst } from '../../src/insight/analyst.js';
import { Findings } from '../../src/insight/findings/findings.js';
import { verify } from '../../src/journal/rebuild.js';
import { kinds, resources } from '../../src/resources/index.js';
import { makeKey } from '../../src/shared/api-key.js';
import { steppingClock } from '../../src/shared/clock.js';
import { randomIds } from '../../src/shared/ids.js';
import { deliveryOf } from '../../src/sync/webhooks/outcome.js';
import { createWebhook } from '../../src/sync/webhooks/settings.js';
import { chancery } from '../faults/processes.js';
import { type TestDatabase, temporaryDatabase } from '../support/database.js';
import { openRaw } from '../support/raw.js';
import { testTargets } from '../support/targets.js';

const folder = mkdtempSync(join(tmpdir(), 'chancery-copy-'));
const file = (name: string) => `file:${join(folder, name)}`;
const { id: keyId, key, secretSha256 } = makeKey();
/** A database on PostgreSQL, and files before and after it. */
let middle: TestDatabase;

beforeAll(async () => {
  middle = await emptyPostgres();
  await withStore(file('start.db'), async (store) => {
    await loadSeeds(store);
    await insertApiKey(store, {
      ...{ id: keyId, name: 'test', scopes: ['write'], secretSha256 },
      createdAt: '2025-01-01T00:00:00.000Z',
    });
    await changeSomething(store);
  });
});
afterAll(async () => {
  await middle.remove();
  rmSync(folder, { recursive: true, force: true });
});

function emptyPostgres(): Promise<TestDatabase> {
  return temporaryDatabase();
}

async function withStore<T>(url: string, work: (store: Store) => Promise<T>, head = true): Promise<T> {
  const store = await openDatabase(url, { head });
  return work(store).finally(() => store.close());
}

async function withApp<T>(store: Store, work: (app: FastifyInstance) => Promise<T>): Promise<T> {
  const analyst = directAnalyst(store);
  const app = await buildApp({
    config: { read: 'public', baseUrl: '', webhooks: 'on' },
    store,
    analyst,
    findings: new Findings(store, analyst),
    targets: testTargets(),
    clock: steppingClock('2031-01-01T00:00:00.000Z'),
    ids: randomIds,
    logger: pino({ enabled: false }),
    version: '0.0.0',
  });
  return work(app).finally(() => app.close());
}

/** New versions, a deletion, a merge, kept answers, a webhook, and texts with whatever characters there are. */
async function changeSomething(store: Store): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'if-match': '*' };
  await withApp(store, async (app) => {
    for (const [method, url, payload] of [
      ['PATCH', '/v1/events/us-ua-consultations-2025-01', { summary: 'Ünï “quoted” \\ \t 会談 𝔘 \u2028 {"a":[1]}' }],
      ['PATCH', '/v1/actors/ukraine', { description: 'it\'s \\x00 and {NULL,"x"}' }],
      ['POST', '/v1/areas', { label: 'Gone again', slug: 'gone-again' }],
      ['DELETE', '/v1/areas/gone-again', undefined],
      ['POST', '/v1/actors/rishi-sunak/merge', { into: 'dmytro-kuleba' }],
    ] as const) {
      const answer = await app.inject({
        method,
        url,
        headers: { ...headers, 'idempotency-key': url },
        ...(payload && { payload }),
      });
      expect([200, 201, 204]).toContain(answer.statusCode);
    }
  });
  await store.write(addWebhook);
}

/** One with a delivery, a secret and all. */
async function addWebhook(tx: Tx): Promise<void> {
  const settings = { url: 'https://partner.example/', filters: { types: 'event' }, documents: true, enabled: false };
  const webhook = await createWebhook(tx, settings, 7, { by: 'me', now: Date.UTC(2031, 0, 1) });
  const message = { id: 'msg_1', type: 'chancery.event.put', body: '' };
  const sent = { status: 500, retryAfter: undefined, excerpt: 'Ünï 会談 \uFFFD', error: 'HTTP 500' };
  const attempt = { message, revision: 7, at: Date.UTC(2031, 0, 1), latencyMs: 7, sent };
  await logDelivery(tx, deliveryOf(webhook.id, attempt, 1));
}

const LISTS = [
  ...['', '?sort=date', '?sort=-label', '?sort=-updated', '?sort=created', '?count=exact', '?asOf=400', '?limit=200'],
  ...[
    '?kind=signing',
    '?actor=ukraine',
    '?actor=ukraine&role=host',
    '?from=2024&to=2024-06',
    '?match=certain&from=2023',
  ],
  ...['?area=defence', '?status=concluded&count=exact', '?country=UA', '?bbox=22,44,41,53', '?tag=unverified'],
  ...['?contested=true', '?include=actors,areas&limit=20', '?fields=slug,date', '?source=seed-article'],
  ...['?asOf=2031-01-01T00:00:00.002Z', '?updatedAfter=2025-01-01T00:00:00Z', '?method=curated&sort=date'],
].map((query) => `/v1/events${query}`);
const MORE_LISTS = resources.flatMap(({ collection }) =>
  ['', '?limit=3', '?limit=7&asOf=600', '?count=capped'].map((query) => `/v1/${collection}${query}`),
);

/** Every answer that the service gives to these paths, walked from page to page; `etag` and `link` with them. */
async function answers(store: Store): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  await withApp(store, async (app) => {
    const ask = async (path: string): Promise<string> => {
      const { statusCode, headers, body } = await app.inject(path);
      const { etag, link } = headers;
      // A problem has a request id of its own each time.
      const text = statusCode < 400 ? body : JSON.stringify({ ...JSON.parse(body), requestId: '' });
      found.set(path, JSON.stringify({ statusCode, etag, link, body: text }));
      return statusCode === 200 ? (JSON.parse(body).page?.next ?? '') : '';
    };
    const records = await store.all('records', (db, t) =>
      db.select({ id: t.entities.id, type: t.entities.type }).from(t.entities).orderBy(asc(t.entities.id)),
    );
    for (const { id, type } of records) {
      for (const suffix of ['', '/history', '/links', '?asOf=500']) await ask(`/v1/${type}s/${id}${suffix}`);
    }
    for (const path of [...LISTS, ...MORE_LISTS]) {
      let next = await ask(path);
      for (let page = 0; page < 3 && next !== ''; page += 1) {
        next = await ask(`${path}${path.includes('?') ? '&' : '?'}cursor=${next}`);
      }
    }
  });
  return found;
}

function copy(from: string, to: string, ...flags: string[]) {
  return chancery(['copy', '--from', from, '--to', to, '--json', ...flags]);
}

describe('a copy to PostgreSQL and back', () => {
  it('answers every request as the start does, byte for byte', { timeout: 180_000 }, async () => {
    const start = await withStore(file('start.db'), answers);
    const there = await copy(file('start.db'), middle.url);
    expect({ code: there.code, stderr: there.code === 0 ? '' : there.stderr }).toEqual({ code: 0, stderr: '' });
    const back = await copy(middle.url, file('end.db'));
    expect(back.code).toBe(0);
    const summary = JSON.parse(there.stdout) as CopySummary;
    expect({ ...summary, tables: summary.tables.length }).toEqual({
      revision: 779,
      resumed: false,
      tables: Object.keys(TABLE_KEYS).length,
    });
    expect(JSON.parse(back.stdout)).toEqual(summary);

    for (const url of [middle.url, file('end.db')]) {
      const now = await withStore(url, answers);
      expect([...now.keys()]).toEqual([...start.keys()]);
      expect([...now].filter(([path, answer]) => start.get(path) !== answer)).toEqual([]);
      expect(await withStore(url, (store) => verify(store, kinds))).toEqual([]);
    }
    console.log(`${start.size} answers compared, ${LISTS.length + MORE_LISTS.length} list queries among them`);
    expect(LISTS.length + MORE_LISTS.length).toBeGreaterThanOrEqual(50);
  });

  it('keeps keys and kept answers: what was done is not done again', async () => {
    for (const url of [middle.url, file('end.db')]) {
      await withStore(url, (store) =>
        withApp(store, async (app) => {
          const headers = { authorization: `Bearer ${key}`, 'idempotency-key': '/v1/areas' };
          const payload = { label: 'Gone again', slug: 'gone-again' };
          const again = await app.inject({ method: 'POST', url: '/v1/areas', headers, payload });
          expect({ status: again.statusCode, replayed: again.headers['idempotency-replayed'] }).toEqual({
            status: 201,
            replayed: 'true',
          });
          const fresh = await app.inject({
            method: 'POST',
            url: '/v1/areas',
            headers: { authorization: `Bearer ${key}` },
            payload: { label: 'Goes on' },
          });
          expect(JSON.parse(fresh.body)).toMatchObject({ revision: 780, version: 1 });
        }),
      );
    }
  });
});

describe('copy', () => {
  it('knows every table, by its key', () => {
    expect(['head', ...Object.keys(TABLE_KEYS)].sort()).toEqual(Object.keys(tables).sort());
  });

  it('refuses a target that holds anything, and leaves it as it is', async () => {
    const before = await withStore(middle.url, summarise);
    const { code, stdout, stderr } = await copy(file('start.db'), middle.url);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('chancery: the target is not empty; give --force to put the copy in place of what it holds\n');
    expect(await withStore(middle.url, summarise)).toEqual(before);
  });

  it('puts the copy in place of it with --force', async () => {
    expect((await copy(file('start.db'), middle.url, '--force')).code).toBe(0);
    expect(await withStore(middle.url, summarise)).toEqual(await withStore(file('start.db'), summarise));
  });

  it.each([
    ['a source that is not there', () => [file('nothing.db'), file('x.db')], 1, /there is no file .*nothing\.db/],
    ['a target that cannot be reached', () => [file('start.db'), 'postgres://a@127.0.0.1:1/b'], 1, /no server answers/],
    ['a source that is its own target', () => [file('start.db'), file('start.db')], 2, /same database/],
    ['a target of another kind', () => [file('start.db'), 'mysql://a/b'], 2, /--to must be a URL such as file:/],
    ['a source of another kind', () => ['start.db', file('x.db')], 2, /--from must be a URL such as file:/],
  ] as [string, () => [string, string], number, RegExp][])('names %s', async (_what, urls, code, words) => {
    const refused = await copy(...urls());
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code, stdout: '' });
    expect(refused.stderr).toMatch(/^chancery: [^\n]+\n$/);
    expect(refused.stderr).toMatch(words);
  });

  it('refuses a source that was never brought up to date', async () => {
    const raw = await openRaw(file('blank.db'));
    await raw.script('create table something (x)');
    await raw.close();
    const { code, stderr } = await copy(file('blank.db'), file('x.db'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/run `chancery migrate` on it first/);
  });
});

describe('a copy that is broken off', () => {
  /** Copies until some rows of a table are written, as if the process ended then. */
  async function brokenOff(source: Store, target: Store, after: string): Promise<void> {
    const progress = (table: string) => {
      if (table === after) throw new Error('broken off');
    };
    await expect(copyDatabase(source, target, { overwrite: false, progress })).rejects.toThrow('broken off');
  }

  const quiet = { overwrite: false, progress: () => undefined };

  it.each(['entities', 'revisions', 'links', 'rollups'])(
    'after %s is served by nobody, and gone on with',
    async (table) => {
      const target = await emptyPostgres();
      await withStore(file('start.db'), async (source) => {
        await withStore(target.url, (store) => brokenOff(source, store, table), false);
        const served = await chancery(['serve'], { DATABASE_URL: target.url, PORT: '0' });
        expect(served.code).toBe(1);
        expect(served.stderr).toMatch(
          /^chancery: [^\n]*target of a copy that did not end; run `chancery copy` again\n$/,
        );
        const { resumed } = await withStore(target.url, (store) => copyDatabase(source, store, quiet), false);
        expect(resumed).toBe(true);
        expect(await withStore(target.url, summarise)).toEqual(await summarise(source));
      });
      await target.remove();
    },
  );

  it('takes along what its source says by then, and copies no revision twice', async () => {
    const target = await emptyPostgres();
    await withStore(file('moving.db'), async (source) => {
      await loadSeeds(source);
      await insertApiKey(source, {
        ...{ id: keyId, name: 'test', scopes: ['write'], secretSha256 },
        createdAt: '2025-01-01T00:00:00.000Z',
      });
      await withStore(target.url, (store) => brokenOff(source, store, 'events'), false);
      await changeSomething(source);
      const copied: Record<string, number> = {};
      const progress = (table: string, rows: number) => {
        copied[table] = rows;
      };
      await withStore(target.url, (store) => copyDatabase(source, store, { overwrite: false, progress }), false);
      expect(copied).toMatchObject({ revisions: 10, entities: 770 });
      expect(await withStore(target.url, summarise)).toEqual(await summarise(source));
      expect(await withStore(target.url, (store) => verify(store, kinds))).toEqual([]);
    });
    await target.remove();
  });

  it('is not gone on with from another source', async () => {
    const target = await emptyPostgres();
    await withStore(file('start.db'), (source) =>
      withStore(target.url, (store) => brokenOff(source, store, 'revisions'), false),
    );
    const other = await copy(file('moving.db'), target.url);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/part of another database; give --force/);
    expect((await copy(file('moving.db'), target.url, '--force')).code).toBe(0);
    await target.remove();
  });

  it('takes one moment of a source that others write to', async () => {
    const target = await emptyPostgres();
    await withStore(file('moving.db'), async (source) => {
      const before = await summarise(source);
      let writing: Promise<void> | undefined;
      const progress = () => {
        writing ??= changeAgain(source);
      };
      const { tables: copied } = await withStore(
        target.url,
        (store) => copyDatabase(source, store, { overwrite: false, progress }),
        false,
      );
      await writing;
      expect(copied).toEqual(before);
      expect(await summarise(source)).not.toEqual(before);
    });
    await target.remove();
  });
});

async function changeAgain(store: Store): Promise<void> {
  await withApp(store, async (app) => {
    const headers = { authorization: `Bearer ${key}` };
    for (let n = 0; n < 20; n += 1) {
      const payload = { label: `Meanwhile ${n}` };
      expect((await app.inject({ method: 'POST', url: '/v1/areas', headers, payload })).statusCode).toBe(201);
    }
  });
}
