// What may be asked of a run. A wrong word is told before anything is started.
import { parseArgs } from 'node:util';
import { SCENARIO_NAMES } from './scenarios.mjs';
import { EXPORT, VOLUME_SCENARIO_NAMES } from './volume-scenarios.mjs';

const ENGINES = { sqlite: ['sqlite'], postgres: ['postgres'], both: ['sqlite', 'postgres'] };

/** What is created while findings are looked for: events like those of the generator, and nearly all the same. */
export const LOADS = ['ordinary events', 'one event again and again'];

/** What is measured of the exchange with other instances. */
export const EXCHANGES = ['feed', 'snapshot', 'import', 'batch'];
const RECORDS = { quick: '10000', full: '100000' };

/** A wrong call; answered with its message and exit code 2. */
export class UsageError extends Error {}

/** Reads the arguments of `npm run bench --`. Raises UsageError. */
export function readOptions(args) {
  const { engine, only = '', json, quick } = parse(args, { engine: 'both' });
  requireOneOf('engine', Object.keys(ENGINES), engine);
  return { engines: ENGINES[engine], names: namesWith(only, SCENARIO_NAMES), json, quick };
}

/** Reads the arguments of `npm run bench:findings --`. Raises UsageError. */
export function readFindingsOptions(args) {
  const { engine, only = '', json, quick } = parse(args, { engine: 'both' });
  requireOneOf('engine', Object.keys(ENGINES), engine);
  return { engines: ENGINES[engine], names: namesWith(only, LOADS), json, quick };
}

/** Reads the arguments of `npm run bench:volume --`. Raises UsageError. */
export function readVolumeOptions(args) {
  const more = { events: { type: 'string', default: '1000000' }, database: { type: 'string' } };
  const { engine, events, database, only = '', json, quick } = parse(args, { engine: 'sqlite' }, more);
  requireOneOf('engine', ENGINES.both, engine);
  requireNumber('events', events);
  requirePath(database);
  const names = namesWith(only, [...VOLUME_SCENARIO_NAMES, EXPORT]);
  return { engine, events: Number(events), database, names, json, quick };
}

/** Reads the arguments of `npm run bench:sync --`. Raises UsageError. */
export function readSyncOptions(args) {
  const more = { records: { type: 'string' }, database: { type: 'string' } };
  const { engine, records, database, only = '', json, quick } = parse(args, { engine: 'sqlite' }, more);
  // What the baseline writes is taken from what the program wrote on SQLite.
  requireOneOf('engine', ['sqlite', 'both'], engine);
  const count = records ?? (quick ? RECORDS.quick : RECORDS.full);
  requireNumber('records', count);
  requirePath(database);
  return { engines: ENGINES[engine], records: Number(count), database, names: namesWith(only, EXCHANGES), json, quick };
}

function requireNumber(option, text) {
  if (/^[1-9][0-9]{0,7}$/.test(text)) return;
  throw new UsageError(`--${option} must be a whole number from 1 to 99999999; got "${text}"`);
}

function requirePath(database) {
  if (database === '') throw new UsageError('--database must be the path of a file');
}

function namesWith(word, all) {
  const names = all.filter((name) => name.includes(word));
  if (names.length === 0) throw new UsageError(`--only must be part of one of ${all.join('; ')}; got "${word}"`);
  return names;
}

function requireOneOf(option, allowed, value) {
  if (allowed.includes(value)) return;
  throw new UsageError(`--${option} must be one of ${allowed.join(', ')}; got "${value}"`);
}

function parse(args, { engine }, more = {}) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        engine: { type: 'string', default: engine },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        ...more,
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}
