// The baseline on SQLite: Fastify over hand-written prepared statements, on a copy of the same database, with no check.
import Database from 'better-sqlite3';
import Fastify from 'fastify';
import { randomIds } from '../dist/shared/ids.js';
import { cellsOf, LIMIT, newRecord, pageText, readAnswers, TABLES } from './baseline-answers.mjs';

const [, , path, answersPath] = process.argv;
const { type, hashOf, model } = readAnswers(answersPath);

const db = new Database(path);
for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'cache_size = -65536'])
  db.pragma(pragma);
db.pragma('mmap_size = 268435456');

const one = db.prepare(
  'select e.version, r.doc from entities e join revisions r on r.revision = e.revision where e.id = ?',
);
const version = db.prepare('select version from entities where id = ?').pluck();
const head = db.prepare('select revision, epoch from head');
const page = db
  .prepare(
    `select r.doc, e.date_from, e.date_to, e.entity from events e join revisions r on r.revision = e.revision
     where e.until is null order by e.date_from desc, e.date_to desc, e.entity desc limit ${LIMIT + 1}`,
  )
  .raw();
const actorId = db.prepare("select id from entities where type = 'actor' and slug = ? and not deleted").pluck();
const pageOfActor = db
  .prepare(
    `select r.doc, l.date_from, l.date_to, l.subject from links l join revisions r on r.revision = l.revision
     where l.target = ? and l.subject_type = 'event' and l.until is null and l.rank = 0
     order by l.date_from desc, l.date_to desc, l.subject desc limit ${LIMIT + 1}`,
  )
  .raw();
const pageThen = db
  .prepare(
    `select r.doc, e.date_from, e.date_to, e.entity from events e join revisions r on r.revision = e.revision
     where +e.revision <= @then and (+e.until is null or e.until > @then)
     order by e.date_from desc, e.date_to desc, e.entity desc limit ${LIMIT + 1}`,
  )
  .raw();
const takeRevision = db.prepare('update head set revision = revision + 1, recorded_at = ? returning revision').pluck();
const count = db.prepare("update rollups set count = count + 1 where type = 'event' and dimension = ? and value = ?");
const cells = cellsOf(model);
const inserts = TABLES.flatMap(insertsLike);

/** An insert for each row that a table has of the model. */
function insertsLike(table) {
  return db
    .prepare(`select * from ${table} where revision = ?`)
    .all(model.revision)
    .map((row) => {
      const columns = Object.keys(row);
      const named = columns.map((column) => `@${column}`);
      return { row, statement: db.prepare(`insert into ${table} (${columns}) values (${named})`) };
    });
}

function create(body, id, recordedAt) {
  db.exec('begin immediate');
  const { doc, fill } = newRecord(model, body, id, takeRevision.get(recordedAt), recordedAt);
  for (const { statement, row } of inserts) statement.run(fill(row));
  for (const cell of cells) count.run(cell);
  db.exec('commit');
  return doc;
}

const app = Fastify();

app.get('/v1/events/:ref', (request, reply) => {
  const { ref } = request.params;
  const tag = request.headers['if-none-match'];
  if (tag !== undefined && tag === `"v${version.get(ref)}"`) return reply.code(304).send();
  reply.header('content-type', type).send(one.get(ref).doc);
});

app.get('/v1/events', (request, reply) => {
  const { actor, asOf } = request.query;
  const { revision, epoch } = head.get();
  const hash = hashOf(request.url);
  if (request.headers['if-none-match'] === `W/"r${revision}-${hash}"`) return reply.code(304).send();
  reply.header('content-type', type);
  if (asOf !== undefined) {
    const then = Number(asOf);
    return reply.send(pageText(pageThen.all({ then }), then, epoch, hash));
  }
  reply.send(pageText(actor === undefined ? page.all() : pageOfActor.all(actorId.get(actor)), revision, epoch, hash));
});

app.post('/v1/events', (request, reply) => {
  const now = Date.now();
  const doc = create(request.body, randomIds('event', now), new Date(now).toISOString());
  reply.code(201).header('content-type', type).send(doc);
});

console.error(`listens on ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
process.once('SIGTERM', () => process.exit(0));
