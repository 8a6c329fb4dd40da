// The floor: a bare Fastify server that gives the same bytes from memory.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

const { one, create, ...lists } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const byUrl = new Map(Object.values(lists).map((answer) => [answer.path, answer]));
const app = Fastify();

function constant(find) {
  return (request, reply) => {
    if (request.headers['if-none-match'] !== undefined) return reply.code(304).send();
    const { status, headers, body } = find(request);
    reply.code(status).header('content-type', headers['content-type']).send(body);
  };
}

app.get(
  '/v1/events/:ref',
  constant(() => one),
);
app.get(
  '/v1/events',
  constant(({ url }) => byUrl.get(url)),
);
app.post(
  '/v1/events',
  constant(() => create),
);
console.error(`listens on ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
process.once('SIGTERM', () => process.exit(0));
