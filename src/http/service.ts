import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readHead } from '../db/head.js';
import { mirrorStatuses } from '../db/pulls.js';
import type { Store } from '../db/store.js';
import { PROBLEMS, Problem, type ProblemCode } from '../problems.js';
import { problemResponses } from './describe.js';
import { MirrorSchema } from './describe-mirrors.js';
import { requireAcceptable } from './negotiate.js';
import { readQuery } from './query.js';

const HTML = 'text/html';
const JSON_TYPE = 'application/json';

const Health = z
  .object({
    status: z.literal('ok').meta({ description: 'Always `ok`; anything else is a problem.' }),
    revision: z.int().optional().meta({ description: 'Last revision of the journal (readiness only).' }),
    mirrors: z
      .array(MirrorSchema)
      .optional()
      .meta({ description: 'How far instances that are mirrored here were pulled (readiness only).' }),
  })
  .meta({ id: 'Health', description: 'That the service works.' });

const ProblemPage = z
  .object({
    code: z.string().meta({ description: 'The portable identifier of the problem.' }),
    status: z.int().meta({ description: 'HTTP status it comes with.' }),
    title: z.string().meta({ description: 'What sort of problem.' }),
    explanation: z.string().meta({ description: 'What happened and what to do.' }),
    retryable: z.boolean().meta({ description: 'Whether the same request may succeed later.' }),
  })
  .meta({ id: 'ProblemPage', description: 'What a problem code means.' });

/** Liveness, readiness, and a page for every problem code. */
export function registerService(app: FastifyInstance, store: Store): void {
  const open = { scope: 'none' } as const;
  app.get(
    '/health/live',
    { schema: health('getLiveness', 'Whether the process runs'), config: open },
    async (request, reply) => {
      readQuery(request, []);
      return reply.type(JSON_TYPE).header('cache-control', 'no-store').send('{"status":"ok"}');
    },
  );
  app.get(
    '/health/ready',
    { schema: health('getReadiness', 'Whether the database can be read'), config: open },
    async (request, reply) => {
      readQuery(request, []);
      const [{ revision }, mirrors] = [await readHead(store), await mirrorStatuses(store)];
      return reply
        .type(JSON_TYPE)
        .header('cache-control', 'no-store')
        .send(JSON.stringify({ status: 'ok', revision, mirrors }));
    },
  );
  app.get('/problems/:code', { schema: problemSchema, config: open }, async (request, reply) => {
    readQuery(request, []);
    requireAcceptable(request, [JSON_TYPE, HTML]);
    const { code } = request.params as { code: string };
    if (!Object.hasOwn(PROBLEMS, code)) throw new Problem('not-found', 'There is no problem of that code.');
    reply.header('vary', 'Accept').header('cache-control', 'public, max-age=3600');
    const { status, title, explanation, retryable } = PROBLEMS[code as ProblemCode];
    if (request.headers.accept?.includes(HTML)) {
      return reply.type('text/html; charset=utf-8').send(page(code, status, title, explanation, retryable));
    }
    return reply.type(JSON_TYPE).send(JSON.stringify({ code, status, title, explanation, retryable }));
  });
}

function health(operationId: string, summary: string): object {
  return {
    operationId,
    summary,
    description: `${summary}; for load balancers and containers.`,
    tags: ['service'],
    security: [{}],
    response: {
      200: { description: 'It does.', content: { [JSON_TYPE]: { schema: Health } } },
      ...problemResponses('unknown-parameter'),
    },
  };
}

const problemSchema = {
  operationId: 'getProblem',
  summary: 'What a problem code means',
  description: 'The page that `type` of every problem points to, as HTML or JSON.',
  tags: ['service'],
  security: [{}],
  params: z.object({
    code: z.string().meta({ description: 'Code of the problem.', param: { example: 'version-mismatch' } }),
  }),
  response: {
    200: {
      description: 'Meaning and remedy.',
      content: { [JSON_TYPE]: { schema: ProblemPage }, [HTML]: { schema: z.string() } },
    },
    ...problemResponses('not-found', 'not-acceptable', 'unknown-parameter'),
  },
};

function page(code: string, status: number, title: string, explanation: string, retryable: boolean): string {
  const rows = [
    ['Status', String(status)],
    ['May succeed when repeated', retryable ? 'yes' : 'no'],
  ];
  const cells = rows.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)} (${code})</title></head><body><h1>${escapeHtml(title)}</h1><p><code>${code}</code></p><p>${escapeHtml(explanation)}</p><dl>${cells}</dl></body></html>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/`([^`]*)`/g, '<code>$1</code>');
}
