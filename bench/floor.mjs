// The floor: a bare Fastify server that gives the same bytes from memory.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

const answers = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const app = Fastify();

function constant({ status, headers, body }) {
  return (request, reply) => {
    if (request.headers['if-none-match'] !== undefined) return reply.code(304).send();
    reply.code(status).header('content-type', headers['content-type']).send(body);
  };
}

app.get('/v1/events/:ref', constant(answers.one));
app.get('/v1/events', constant(answers.list));
app.post('/v1/events', constant(answers.create));
console.error(`listens on ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
process.once('SIGTERM', () => process.exit(0));
