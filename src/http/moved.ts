import type { FastifyReply, FastifyRequest } from 'fastify';

/** The record that was asked for goes on as another. It is raised by reads alone: no client repeats a write elsewhere. */
export class Moved extends Error {
  readonly id: string;

  constructor(id: string) {
    super(`The record goes on as ${id}.`);
    this.name = 'Moved';
    this.id = id;
  }
}

/** Answers 308: the same path and query with the id of the record that goes on. */
export function sendMoved({ id }: Moved, request: FastifyRequest, reply: FastifyReply, baseUrl: string): FastifyReply {
  const path = request.routeOptions.url?.replace(':ref', id);
  const query = /\?.*$/s.exec(request.url)?.[0] ?? '';
  return reply
    .code(308)
    .headers({ location: `${baseUrl}${path}${query}`, 'cache-control': 'no-cache' })
    .send();
}
