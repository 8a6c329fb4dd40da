import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { answerParserError } from './problem-details.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a body may take as long as it likes; the route then has a limit of its own. */
    unhurried?: boolean;
  }
}

/**
 * Answers and closes connections on which a request does not come to its end in time, as Node would do it for all
 * routes alike; those that are `unhurried` are left out.
 */
export function registerBodyTime(app: FastifyInstance, limitMs: number, log: FastifyBaseLogger): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { raw } = request;
    const hasBody = raw.headers['transfer-encoding'] !== undefined || Number(raw.headers['content-length'] ?? 0) > 0;
    if (hasBody && request.routeOptions.config?.unhurried !== true) {
      const late = Object.assign(new Error('the request was not received in time'), {
        code: 'ERR_HTTP_REQUEST_TIMEOUT',
      });
      const timer = setTimeout(() => answerParserError(late, raw.socket as Socket, log), limitMs);
      for (const over of ['end', 'close']) raw.once(over, () => clearTimeout(timer));
    }
    done();
  });
}
