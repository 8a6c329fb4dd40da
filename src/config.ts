import { z } from 'zod';
import { type Network, parseNetwork } from './shared/networks.js';

/** One setting of the service: environment variable, meaning, and whether its value must stay out of logs. */
export interface Setting {
  variable: string;
  schema: z.ZodType;
  fallback: string;
  description: string;
  secret: boolean;
}

function setting<S extends z.ZodType>(
  variable: string,
  fallback: string,
  schema: S,
  description: string,
  secret = false,
) {
  return { variable, fallback, schema, description, secret };
}

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

const oneOf = <const C extends readonly [string, ...string[]]>(...values: C) => z.enum(values);

/** Networks and addresses separated by commas. */
const networks = z.string().transform((text, context): Network[] =>
  text === ''
    ? []
    : text.split(',').map((part) => {
        const network = parseNetwork(part.trim());
        if (network === undefined) context.addIssue('must list networks such as 10.0.0.0/8, or addresses, by commas');
        return network as Network;
      }),
);

/** Every setting, in the order of docs/configuration.md. This is the only place that knows the environment. */
export const SETTINGS = {
  host: setting('HOST', '127.0.0.1', z.string().min(1), 'Address to listen on; `0.0.0.0` for all.'),
  port: setting('PORT', '3000', whole(0, 65535), 'Port to listen on; `0` takes a free one.'),
  databaseUrl: setting(
    'DATABASE_URL',
    'file:./data/chancery.db',
    z
      .string()
      .regex(
        /^(?:file:.|postgres(?:ql)?:\/\/.)/,
        'must be a URL such as file:./data/chancery.db or postgres://user:password@host/database',
      ),
    'The database: `file:` and the path of a SQLite file, or a `postgres:` URL (docs/postgres.md).',
    true,
  ),
  dbConnections: setting(
    'CHANCERY_DB_CONNECTIONS',
    '10',
    whole(1, 1000),
    'PostgreSQL only: connections that a process reads with at most. Half as many more serve what may take long, one more writes.',
  ),
  workers: setting(
    'CHANCERY_WORKERS',
    '1',
    whole(1, 64),
    'SQLite only: threads for facets, searches and whatever else may take long.',
  ),
  seed: setting(
    'CHANCERY_SEED',
    'auto',
    oneOf('auto', 'none'),
    '`auto` loads the seeds into an empty database at start; `none` does not.',
  ),
  read: setting('CHANCERY_READ', 'public', oneOf('public', 'key'), 'Who may read: everybody, or holders of a key.'),
  baseUrl: setting(
    'CHANCERY_BASE_URL',
    '',
    z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).transform((url) => url.replace(/\/+$/, '')),
    'Public address of the service, put before links; empty makes links relative to the host.',
  ),
  indexTexts: setting(
    'CHANCERY_INDEX_TEXTS',
    'off',
    oneOf('off', 'on'),
    '`on` lets searches look into the stored texts of sources too; the start after a change makes their index anew.',
  ),
  webhooks: setting(
    'CHANCERY_WEBHOOKS',
    'on',
    oneOf('on', 'off'),
    '`off`: this process sends nothing to webhooks, for a copy of a database that others serve.',
  ),
  webhookAllow: setting(
    'CHANCERY_WEBHOOK_ALLOW',
    '',
    networks,
    'Trusted networks: webhooks may lead to these although they are not public.',
  ),
  webhookHttp: setting(
    'CHANCERY_WEBHOOK_HTTP',
    'never',
    oneOf('never', 'trusted'),
    'Whether webhooks may have `http:` URLs: never, or those that lead to trusted networks.',
  ),
  webhookTimeout: setting(
    'CHANCERY_WEBHOOK_TIMEOUT',
    '15',
    whole(1, 50),
    'Seconds that an attempt to deliver to a webhook may take, from the look-up of its name to the end of the answer.',
  ),
  webhookAnswer: setting(
    'CHANCERY_WEBHOOK_ANSWER',
    '64',
    whole(1, 1024),
    'KiB that are read of the answer of a webhook; the connection is closed on a longer one.',
  ),
  webhookRedirects: setting(
    'CHANCERY_WEBHOOK_REDIRECTS',
    '0',
    whole(0, 5),
    'Redirects (307 and 308) of webhooks that are followed, each checked like the first URL.',
  ),
  pullKey: setting(
    'CHANCERY_PULL_KEY',
    '',
    z.string().max(500),
    'API key with which `chancery pull` reads another instance; empty sends none.',
    true,
  ),
  logLevel: setting(
    'LOG_LEVEL',
    'info',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'Least level of what is logged, as JSON lines on standard output.',
  ),
} as const satisfies Record<string, Setting>;

export type Config = { readonly [Name in keyof typeof SETTINGS]: z.infer<(typeof SETTINGS)[Name]['schema']> };

/** A wrong value of a setting; the message names the variable and what is allowed. */
export class ConfigError extends Error {}

/** Reads the settings. Raises ConfigError naming every variable that is wrong, and any unknown one under CHANCERY_. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, { variable, schema, fallback, secret }] of Object.entries(SETTINGS) as [string, Setting][]) {
    const text = environment[variable] ?? fallback;
    const result = schema.safeParse(text);
    if (result.success) config[name] = result.data;
    else problems.push(`${variable}${secret ? '' : `="${text}"`} ${result.error.issues[0]?.message ?? 'is wrong'}`);
  }
  const known = new Set(Object.values(SETTINGS).map(({ variable }) => variable as string));
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith('CHANCERY_') && !known.has(variable)) problems.push(`${variable} is not a setting`);
  }
  if (problems.length > 0) throw new ConfigError(problems.join('; '));
  return config as Config;
}
