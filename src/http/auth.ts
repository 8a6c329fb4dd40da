import type { FastifyInstance, FastifyRequest } from 'fastify';
import { findApiKey } from '../db/api-keys.js';
import type { Store } from '../db/store.js';
import { Problem } from '../problems.js';
import { allows, parseKey, type Scope, secretMatches } from '../shared/api-key.js';

/** Who asks: a key, or nobody in particular. */
export interface Principal {
  id: string;
  scopes: readonly string[];
}

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    /** Scope the route needs; `none` for pages that are open whatever the settings. */
    scope?: Scope | 'none';
  }
}

/**
 * Checks the key of every request that carries one, and the scope its route declares. A key that is wrong is 401
 * even where reading is open. A route without a declared scope fails at start; those below `openPrefix`, which a
 * plugin brings, need none.
 */
export function registerAuth(app: FastifyInstance, store: Store, publicRead: boolean, openPrefix: string): void {
  app.decorateRequest('principal', null);
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith(openPrefix)) route.config = { ...route.config, scope: 'none' };
    if (route.config?.scope === undefined) throw new Error(`${route.method} ${route.url} declares no scope`);
  });
  app.addHook('onRequest', async (request) => {
    const header = request.headers.authorization;
    if (header !== undefined) request.principal = await authenticate(store, header);
    const scope = request.routeOptions.config.scope;
    if (scope === undefined || scope === 'none' || (scope === 'read' && publicRead)) return;
    requireScope(request, scope);
  });
}

function requireScope(request: FastifyRequest, scope: Scope): void {
  if (request.principal === null) {
    throw new Problem('unauthenticated', 'This operation needs an API key. Send `Authorization: Bearer <key>`.');
  }
  if (!allows(request.principal.scopes, scope)) {
    throw new Problem('insufficient-scope', `This operation needs the scope \`${scope}\`.`, {
      extra: { requiredScope: scope },
    });
  }
}

async function authenticate(store: Store, header: string): Promise<Principal> {
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(header) ?? [];
  const parsed = parseKey(token);
  const stored = parsed && (await findApiKey(store, parsed.id));
  const matches = secretMatches(parsed?.secret ?? '', stored?.secretSha256);
  if (stored === undefined || !matches || stored.revokedAt !== null) {
    throw new Problem('unauthenticated', 'The API key is unknown, damaged or revoked.');
  }
  return { id: stored.id, scopes: stored.scopes };
}
