import { findApiKey, insertApiKey, listApiKeys, revokeApiKey } from '../db/api-keys.js';
import { makeKey, SCOPES } from '../shared/api-key.js';
import { systemClock, toInstant } from '../shared/clock.js';
import { isCleanText } from '../shared/text.js';
import { type Command, EXIT, UsageError } from './command.js';
import { withStore } from './database.js';

const NAME_MAX = 100;

const create: Command = {
  name: 'keys create',
  summary: 'Makes an API key and shows it once; only a hash of it is stored.',
  options: {
    name: { type: 'string', value: 'name', description: 'Whom or what it is for.' },
    scope: {
      type: 'string',
      value: 'scope',
      description: `${SCOPES.join(', ')}; each includes those before it. Default: read.`,
    },
  },
  async run(terminal, { name, scope = 'read', json }) {
    if (typeof name !== 'string' || name.trim() === '' || name.length > NAME_MAX || !isCleanText(name)) {
      throw new UsageError(`--name must have 1 to ${NAME_MAX} characters`);
    }
    if (!SCOPES.some((candidate) => candidate === scope))
      throw new UsageError(`--scope must be one of ${SCOPES.join(', ')}`);
    const { id, key, secretSha256 } = makeKey();
    const scopes = [String(scope)];
    await withStore(terminal, (store) =>
      insertApiKey(store, { id, name, scopes, secretSha256, createdAt: toInstant(systemClock.now()) }),
    );
    if (json) terminal.out(JSON.stringify({ id, name, scopes, key }));
    else {
      terminal.out(key);
      terminal.err(`Key ${id} for ${name} with scope ${scope}. It is not shown again.`);
    }
    return EXIT.done;
  },
};

const list: Command = {
  name: 'keys list',
  summary: 'Lists API keys, without their secrets.',
  options: {},
  async run(terminal, { json }) {
    const keys = await withStore(terminal, listApiKeys);
    if (json) terminal.out(JSON.stringify(keys));
    for (const key of json ? [] : keys) {
      terminal.out(
        [
          key.id,
          key.scopes.join(' '),
          key.createdAt,
          key.revokedAt === null ? 'usable' : `revoked ${key.revokedAt}`,
          key.name,
        ].join('  '),
      );
    }
    return EXIT.done;
  },
};

const revoke: Command = {
  name: 'keys revoke',
  summary: 'Revokes an API key at once; it cannot be undone.',
  options: {},
  positionals: ['id'],
  async run(terminal, { json }, [id = '']) {
    const revokedAt = toInstant(systemClock.now());
    const outcome = await withStore(terminal, async (store) => {
      const key = await findApiKey(store, id);
      return key === undefined ? 'unknown' : (await revokeApiKey(store, id, revokedAt)) ? 'revoked' : 'revoked before';
    });
    if (json) terminal.out(JSON.stringify({ id, outcome }));
    else terminal.err(`Key ${id}: ${outcome}.`);
    return outcome === 'unknown' ? EXIT.failed : EXIT.done;
  },
};

export const keyCommands = [create, list, revoke];
