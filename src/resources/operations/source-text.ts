import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Reader } from '../../db/store.js';
import { readText as textOfBytes } from '../../http/body.js';
import { readAuthor } from '../../http/change.js';
import { cacheHeaders, isNotModified, requireIfMatch, versionTag } from '../../http/conditional.js';
import { send } from '../../http/idempotency.js';
import { readQuery } from '../../http/query.js';
import { readText, sourceText } from '../../journal/texts.js';
import { Problem } from '../../problems.js';
import type { Resource } from '../resource.js';
import { parseAsOf } from './as-of.js';
import { liveRecord, requireMatch } from './effects.js';
import { findRecord } from './read.js';
import type { Services } from './services.js';
import { requireCurrent, written } from './write.js';

export const TEXT_UTF8 = 'text/plain; charset=utf-8';

interface TextDocument {
  id: string;
  textSha256?: string;
}

/** `GET /v1/sources/{ref}/text`: the text as it is, or as of a revision. */
export function readTextHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { ref } = request.params as { ref: string };
    const asOf = parseAsOf(readQuery(request, ['asOf']).get('asOf')?.[0]);
    return services.store.snapshot(async (reader) => {
      const { found } = await findRecord(resource, services, reader, ref, asOf);
      const document = requireText(found.doc, found.asOf);
      const tag = versionTag(found.version);
      cacheHeaders(reply, tag, found.immutable, services.publicRead);
      if (isNotModified(request, tag)) return reply.code(304).send();
      // Whatever the text looks like, no browser may take it for a page.
      reply.type(TEXT_UTF8).header('x-content-type-options', 'nosniff');
      return reply.send(await storedText(reader, document));
    });
  };
}

/** `PUT /v1/sources/{ref}/text`: a new version of the source, which names the text by digest and length. */
export function putTextHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const text = sourceText(textOfBytes(request.body as Buffer));
    const author = readAuthor(request);
    const { id } = requireCurrent(request);
    const precondition = requireIfMatch(request);
    const answer = await services.store.write(async (tx) => {
      const current = requireMatch(resource, services, await liveRecord(tx, resource, id), precondition);
      const outcome = await services.journal.setText(tx, resource.kind, current, text, author);
      return written(resource, services, outcome, false);
    });
    return send(reply, answer);
  };
}

/** Before the precondition of a deletion: that there is a text. Raises `not-found`. */
export async function requireStoredText(request: FastifyRequest): Promise<void> {
  requireText(requireCurrent(request).doc);
}

/** `DELETE /v1/sources/{ref}/text`: a new version of the source, without a text; earlier versions keep theirs. */
export function deleteTextHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    readQuery(request, []);
    const author = readAuthor(request);
    const { id } = requireCurrent(request);
    const precondition = requireIfMatch(request);
    const { version } = await services.store.write(async (tx) => {
      const current = requireMatch(resource, services, await liveRecord(tx, resource, id), precondition);
      requireText(current.doc);
      return services.journal.setText(tx, resource.kind, current, null, author);
    });
    return reply.code(204).header('etag', versionTag(version)).send();
  };
}

function requireText(doc: string | null, asOf?: number): Required<TextDocument> {
  const { id, textSha256 } = JSON.parse(doc ?? '{}') as TextDocument;
  if (textSha256 !== undefined) return { id, textSha256 };
  const when = asOf === undefined ? '' : ` at revision ${asOf}`;
  throw new Problem('not-found', `The source is there, but no text of it is stored${when}.`);
}

async function storedText(reader: Reader, { id, textSha256 }: Required<TextDocument>): Promise<string> {
  const content = await readText(reader, id, textSha256);
  if (content === undefined) throw new Error(`the text ${textSha256} of ${id} is not stored`);
  return content;
}
