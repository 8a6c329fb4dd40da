// The baseline on PostgreSQL: Fastify over hand-written named prepared statements, with no check. Every read is one
// statement and one round trip, a creation two: the first locks the head row and takes the revision.
import Fastify from 'fastify';
import pg from 'pg';
import { randomIds } from '../dist/shared/ids.js';
import { cellsOf, LIMIT, newRecord, pageText, readAnswers, TABLES } from './baseline-answers.mjs';

const [, , connectionString, answersPath] = process.argv;
const { type, hashOf, model } = readAnswers(answersPath);
const INT8 = 20;
const types = { getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) };
const pool = new pg.Pool({ connectionString, types, pipeline: true, max: 11 });

const one = named('one', 'select r.doc from entities e join revisions r on r.revision = e.revision where e.id = $1');
const version = named('version', 'select version from entities where id = $1');
const head = named('head', 'select revision from head');
/** The head stands in each row, so that it and the page are of one state. */
const HEAD = '(select revision from head), (select epoch from head)';
const page = named(
  'page',
  `select r.doc, e.date_from, e.date_to, e.entity, ${HEAD} from events e join revisions r on r.revision = e.revision
   where e.until is null order by e.date_from desc, e.date_to desc, e.entity desc limit ${LIMIT + 1}`,
);
const pageOfActor = named(
  'page_of_actor',
  `select r.doc, l.date_from, l.date_to, l.subject, ${HEAD} from links l join revisions r on r.revision = l.revision
   where l.target = (select id from entities where type = 'actor' and slug = $1 and not deleted)
   and l.subject_type = 'event' and l.until is null and l.rank = 0
   order by l.date_from desc, l.date_to desc, l.subject desc limit ${LIMIT + 1}`,
);
const pageThen = named(
  'page_then',
  `select r.doc, e.date_from, e.date_to, e.entity, ${HEAD} from events e join revisions r on r.revision = e.revision
   where e.revision <= $1 and (e.until is null or e.until > $1)
   order by e.date_from desc, e.date_to desc, e.entity desc limit ${LIMIT + 1}`,
);
const takeRevision = named('take', 'update head set revision = revision + 1, recorded_at = $1 returning revision');
const cells = cellsOf(model);
const count = named(
  'count',
  `update rollups set count = count + 1 where type = 'event' and (dimension, value) in (${tuples(cells)})`,
);
const inserts = (await Promise.all(TABLES.map(insertLike))).flat();

/** Runs a statement under its name, on the client or the pool given; gives its rows as arrays. */
function named(name, text) {
  return async (connection, ...values) => (await connection.query({ name, text, values, rowMode: 'array' })).rows;
}

/** Rows of parameters, numbered throughout. */
function tuples(rows) {
  return rows.map((row, index) => `(${row.map((_, column) => `$${index * row.length + column + 1}`)})`).join();
}

/** One insert of as many rows as a table has of the model; none for no rows. */
async function insertLike(table) {
  const { rows } = await pool.query(`select * from ${table} where revision = $1`, [model.revision]);
  if (rows.length === 0) return [];
  const columns = Object.keys(rows[0]);
  const values = tuples(rows.map((row) => Object.values(row)));
  return [{ rows, run: named(`insert_${table}`, `insert into ${table} (${columns}) values ${values}`) }];
}

/** One creation after the other on one connection: several that wait for the head row together are slower. */
const writer = await pool.connect();
let last = Promise.resolve();

function create(...record) {
  const created = last.then(() => write(...record));
  last = created.catch(() => undefined);
  return created;
}

async function write(body, id, recordedAt) {
  writer.query('begin').catch(() => undefined);
  const [[revision]] = await takeRevision(writer, recordedAt);
  const { doc, fill } = newRecord(model, body, id, revision, recordedAt);
  await Promise.all([
    ...inserts.map(({ rows, run }) => run(writer, ...rows.flatMap((row) => Object.values(fill(row))))),
    count(writer, ...cells.flat()),
    writer.query('commit'),
  ]);
  return doc;
}

const app = Fastify();

app.get('/v1/events/:ref', async (request, reply) => {
  const { ref } = request.params;
  const tag = request.headers['if-none-match'];
  if (tag !== undefined) {
    const [[current]] = await version(pool, ref);
    if (tag === `"v${current}"`) return reply.code(304).send();
  }
  const [[doc]] = await one(pool, ref);
  return reply.header('content-type', type).send(doc);
});

app.get('/v1/events', async (request, reply) => {
  const { actor, asOf } = request.query;
  const hash = hashOf(request.url);
  const tag = request.headers['if-none-match'];
  if (tag !== undefined) {
    const [[current]] = await head(pool);
    if (tag === `W/"r${current}-${hash}"`) return reply.code(304).send();
  }
  const rows = await readPage(actor, asOf);
  const [, , , , revision, epoch] = rows[0];
  for (const row of rows) row.length = 4;
  return reply.header('content-type', type).send(pageText(rows, asOf ? Number(asOf) : revision, epoch, hash));
});

function readPage(actor, asOf) {
  if (asOf !== undefined) return pageThen(pool, asOf);
  return actor === undefined ? page(pool) : pageOfActor(pool, actor);
}

app.post('/v1/events', async (request, reply) => {
  const now = Date.now();
  const doc = await create(request.body, randomIds('event', now), new Date(now).toISOString());
  return reply.code(201).header('content-type', type).send(doc);
});

console.error(`listens on ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
process.once('SIGTERM', () => process.exit(0));
