// The baseline of exchange: Fastify over plain better-sqlite3, with no check. Reads are those of the file given; what is
// written are the very rows that the service wrote to another file, taken from there beforehand.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import Database from 'better-sqlite3';
import Fastify from 'fastify';
import { previousCells } from '../dist/journal/record.js';
import { events } from '../dist/resources/events/index.js';
import { PORTION } from '../dist/sync/import.js';
import { SNAPSHOT_ORDER } from '../dist/sync/snapshot.js';
import { TABLES } from './baseline-answers.mjs';

const [, , path, otherPath] = process.argv;
const JSON_TYPE = 'application/json; charset=utf-8';
const NDJSON_TYPE = 'application/x-ndjson; charset=utf-8';
const MAX_BODY = 16 * 1024 * 1024;
/** Documents that are given to the connection at once, as many as by the service. */
const TOGETHER = 100;

const db = new Database(path);
for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'cache_size = -65536'])
  db.pragma(pragma);
db.pragma('mmap_size = 2147483647');

const app = Fastify({ bodyLimit: MAX_BODY });
app.addContentTypeParser('application/x-ndjson', (_request, payload, done) => done(null, payload));

const head = db.prepare('select revision, epoch from head');
const changes = db.prepare(
  `select revision, type, entity as id, slug, version, op, change_kind as changeKind, recorded_at as recordedAt, by, note, doc
   from revisions where revision > ? order by revision limit ?`,
);

app.get('/v1/changes', (request, reply) => {
  const { limit, cursor } = request.query;
  const { revision } = head.get();
  let last = Number(cursor ?? 0);
  const texts = changes.all(last, Number(limit)).map(({ doc, ...entry }) => {
    last = entry.revision;
    return `${JSON.stringify(entry).slice(0, -1)},"document":${doc ?? 'null'}}`;
  });
  const page = `{"data":[${texts.join()}],"head":${revision},"hasMore":${last < revision},"next":"${last}"}`;
  reply.header('content-type', JSON_TYPE).send(page);
});

const documents = db
  .prepare(
    `select r.doc from entities e join revisions r on r.revision = e.revision
     where e.type = ? and not e.deleted order by e.created, e.id`,
  )
  .pluck();

app.get('/v1/snapshot', (_request, reply) => {
  reply.header('content-type', NDJSON_TYPE).send(Readable.from(snapshotTexts(), { highWaterMark: 1 }));
});

function* snapshotTexts() {
  for (const type of SNAPSHOT_ORDER) {
    let docs = [];
    for (const doc of documents.iterate(type)) {
      if (docs.push(`${doc}\n`) < TOGETHER) continue;
      yield docs.join('');
      docs = [];
    }
    if (docs.length > 0) yield docs.join('');
  }
}

/** Records of the other file by slug, each with its rows and cells; they leave as they are written. */
const prepared = new Map();
const tables = otherPath === undefined ? [] : [...TABLES, 'search_texts'];
const inserts = Object.fromEntries(tables.map((table) => [table, insertInto(table)]));
const setHead = db.prepare('update head set revision = ?, recorded_at = ?');
const count = db.prepare(
  `insert into rollups (type, dimension, value, count) values ('event', ?, ?, ?)
   on conflict do update set count = count + excluded.count`,
);

function insertInto(table) {
  const width = db.prepare(`select * from ${table}`).columns().length;
  return db.prepare(`insert into ${table} values (${Array(width).fill('?')})`);
}

/** Takes from the other file what was written there since this one was last written to. Not measured. */
app.post('/prepare', (_request, reply) => {
  const other = new Database(otherPath, { readonly: true });
  const since = head.get().revision;
  const records = other.prepare('select revision, entity, slug, recorded_at, doc from revisions where revision > ?');
  const rowsOf = tables.map((table) => [table, other.prepare(`select * from ${table} where revision = ?`).raw()]);
  for (const { revision, entity, slug, recorded_at: recordedAt, doc } of records.all(since)) {
    const rows = rowsOf.flatMap(([table, statement]) => statement.all(revision).map((values) => [table, values]));
    const cells = previousCells(events.kind, { doc, created: revision });
    prepared.set(slug, { id: entity, slug, revision, recordedAt, rows, cells });
  }
  other.close();
  reply.send({ prepared: prepared.size });
});

/** Names of tables that do not have the same rows as those of the other file. */
app.get('/differing', (_request, reply) => {
  const names = [...tables, 'head', 'rollups'];
  db.prepare('attach ? as other').run(otherPath);
  const differ = (name) => (one, two) =>
    db.prepare(`select count(*) from (select * from ${one}.${name} except select * from ${two}.${name})`).pluck().get();
  const differing = names.filter((name) => differ(name)('main', 'other') + differ(name)('other', 'main') > 0);
  db.exec('detach other');
  reply.send(differing);
});

/** Writes the records of those slugs in one transaction; cells are added up first, as the service does. */
function write(slugs) {
  const records = slugs.map((slug) => prepared.get(slug));
  const counts = new Map();
  db.exec('begin immediate');
  for (const { rows, cells } of records) {
    for (const [table, values] of rows) inserts[table].run(values);
    for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  for (const [cell, more] of counts) {
    const space = cell.indexOf(' ');
    count.run(cell.slice(0, space), cell.slice(space + 1), more);
  }
  const { revision, recordedAt } = records.at(-1);
  setHead.run(revision, recordedAt);
  db.exec('commit');
  for (const slug of slugs) prepared.delete(slug);
  return records;
}

app.post('/v1/import', (request, reply) => {
  reply.header('content-type', NDJSON_TYPE).send(Readable.from(importTexts(request.body)));
});

async function* importTexts(body) {
  let number = 0;
  let revision = 0;
  const written = (slugs) =>
    write(slugs)
      .map(({ id, slug, revision: own }) => {
        number += 1;
        revision = own;
        return `${JSON.stringify({ line: number, status: 'created', type: 'event', id, slug, version: 1, revision: own })}\n`;
      })
      .join('');
  let slugs = [];
  for await (const line of createInterface({ input: body })) {
    if (slugs.push(JSON.parse(line).slug) < PORTION.lines) continue;
    yield written(slugs);
    slugs = [];
  }
  if (slugs.length > 0) yield written(slugs);
  const counts = { records: number, created: number, updated: 0, same: 0, problem: 0 };
  yield `${JSON.stringify({ import: 'end', dryRun: false, ...counts, revision })}\n`;
}

app.post('/v1/batch', (request, reply) => {
  const records = write(request.body.operations.map(({ body }) => body.slug));
  const data = records.map(({ id, slug, revision }) => {
    return { status: 201, id, slug, version: 1, revision, etag: '"v1"', changed: true };
  });
  reply.header('content-type', JSON_TYPE).send(JSON.stringify({ data, revision: records.at(-1).revision }));
});

console.error(`listens on ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
process.once('SIGTERM', () => process.exit(0));
