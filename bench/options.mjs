// What may be asked of a run. A wrong word is told before anything is started.
import { parseArgs } from 'node:util';
import { SCENARIO_NAMES } from './scenarios.mjs';

const ENGINES = { sqlite: ['sqlite'], postgres: ['postgres'], both: ['sqlite', 'postgres'] };

/** A wrong call; answered with its message and exit code 2. */
export class UsageError extends Error {}

/** Reads the arguments of `npm run bench --`. Raises UsageError. */
export function readOptions(args) {
  const { engine, only = '', json, quick } = parse(args);
  if (!Object.hasOwn(ENGINES, engine)) {
    throw new UsageError(`--engine must be one of ${Object.keys(ENGINES).join(', ')}; got "${engine}"`);
  }
  const names = SCENARIO_NAMES.filter((name) => name.includes(only));
  if (names.length === 0) {
    throw new UsageError(`--only must be part of one of ${SCENARIO_NAMES.join('; ')}; got "${only}"`);
  }
  return { engines: ENGINES[engine], names, json, quick };
}

function parse(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        engine: { type: 'string', default: 'both' },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}
