import { mirrorStatuses, readConflicts } from '../db/pulls.js';
import type { Store } from '../db/store.js';
import { systemClock } from '../shared/clock.js';
import { RESOURCE_TYPES, type ResourceType } from '../shared/ids.js';
import { hint } from '../shared/text.js';
import { PullError, type PullOptions, pullFrom } from '../sync/mirror/mirror.js';
import { UpstreamError } from '../sync/mirror/requests.js';
import { type Command, EXIT, UsageError } from './command.js';
import { withStore } from './database.js';

const SHOWN = 50;
const KEY = /^[\x21-\x7e]{1,500}$/;

export const pullCommand: Command = {
  name: 'pull',
  summary: 'Keeps this instance in step with another: its records are held here as they are there, read-only.',
  options: {
    from: { type: 'string', value: 'URL', description: 'Address of the other instance.' },
    key: { type: 'string', value: 'key', description: 'API key for reading there. Default: CHANCERY_PULL_KEY.' },
    types: {
      type: 'string',
      value: 'types',
      description: 'Only records of these types, separated by commas, and what they refer to. Default: all.',
    },
    follow: { type: 'boolean', description: 'Go on until told to stop, and wait while the other is away.' },
  },
  async run(terminal, { from, key = terminal.config.pullKey, types, follow = false, json }) {
    const options = {
      ...{ url: requireUrl(from), key: requireKey(String(key)), types: requireTypes(types), follow: follow === true },
      ...{ clock: systemClock, say: terminal.err, signal: stopSignal(terminal.onStop) },
    };
    return withStore(terminal, async (store) => {
      try {
        const outcome = await pullFrom({ ...options, store });
        if (outcome === undefined) return EXIT.failed;
        const [status] = (await mirrorStatuses(store)).filter(({ origin }) => origin === outcome.origin);
        if (json) terminal.out(JSON.stringify({ ...status, ...outcome }));
        for (const line of await linesOf(store, outcome)) terminal.err(line);
        return outcome.level || options.follow ? EXIT.done : EXIT.failed;
      } catch (error) {
        if (!(error instanceof UpstreamError || error instanceof PullError)) throw error;
        terminal.err(`chancery: ${error.message}`);
        return EXIT.failed;
      }
    });
  },
};

function stopSignal(onStop: (stop: () => void) => void): AbortSignal {
  const controller = new AbortController();
  onStop(() => controller.abort());
  return controller.signal;
}

async function linesOf(store: Store, { origin, tally }: NonNullable<Awaited<ReturnType<typeof pullFrom>>>) {
  const conflicts = await readConflicts(store, origin, SHOWN + 1);
  const lines = conflicts.slice(0, SHOWN).map(({ record, reason, detail }) => `${record} ${reason}: ${detail}`);
  const more =
    conflicts.length > SHOWN ? ['More records are not held as they are there; GET /v1/sync counts them.'] : [];
  const { written, unchanged, removed, detached, left } = tally;
  const counts = `${written} written, ${unchanged} unchanged, ${removed} removed, ${detached} kept as ours, ${left} left alone`;
  return [...lines, ...more, counts];
}

function requireUrl(value: unknown): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  const isPlain =
    url !== undefined && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (!isPlain || !['http:', 'https:'].includes(url.protocol))
    throw new UsageError('--from must be an http: or https: URL without user, query and fragment');
  return url.href.replace(/\/+$/, '');
}

function requireKey(value: string): string | undefined {
  if (value === '') return undefined;
  if (!KEY.test(value)) throw new UsageError('--key must be an API key of the other instance');
  return value;
}

function requireTypes(value: unknown): PullOptions['types'] {
  if (value === undefined) return undefined;
  const types = String(value).split(',');
  const unknown = types.find((type) => !(RESOURCE_TYPES as readonly string[]).includes(type));
  if (unknown !== undefined)
    throw new UsageError(`--types must be some of ${RESOURCE_TYPES.join(', ')}${hint(unknown, RESOURCE_TYPES)}`);
  return types as ResourceType[];
}
