// The baseline: Fastify over hand-written prepared statements, on a copy of the same database, with no check at all.
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import Fastify from 'fastify';
import { encodeCursor } from '../dist/shared/cursor.js';
import { randomIds } from '../dist/shared/ids.js';
import { creator } from './baseline-create.mjs';

const [, , path, answersPath] = process.argv;
const answers = JSON.parse(readFileSync(answersPath, 'utf8'));
const type = answers.one.headers['content-type'];
const [, queryHash] = /-(.+)"$/.exec(answers.list.headers.etag);
const LIMIT = 50;

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
const create = creator(db, JSON.parse(answers.create.body));

const app = Fastify();

app.get('/v1/events/:ref', (request, reply) => {
  const { ref } = request.params;
  const tag = request.headers['if-none-match'];
  if (tag !== undefined && tag === `"v${version.get(ref)}"`) return reply.code(304).send();
  reply.header('content-type', type).send(one.get(ref).doc);
});

app.get('/v1/events', (request, reply) => {
  const { revision, epoch } = head.get();
  if (request.headers['if-none-match'] === `W/"r${revision}-${queryHash}"`) return reply.code(304).send();
  const rows = page.all();
  const more = rows.length > LIMIT;
  if (more) rows.length = LIMIT;
  const keys = rows[rows.length - 1].slice(1);
  const next = more ? `"${encodeCursor({ epoch, query: queryHash, revision, keys })}"` : 'null';
  const docs = rows.map(([doc]) => doc).join();
  reply
    .header('content-type', type)
    .send(`{"data":[${docs}],"page":{"next":${next},"limit":${LIMIT}},"asOf":${revision}}`);
});

app.post('/v1/events', (request, reply) => {
  const now = Date.now();
  reply
    .code(201)
    .header('content-type', type)
    .send(create(request.body, randomIds('event', now), now));
});

console.error(`listens on ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
process.once('SIGTERM', () => process.exit(0));
