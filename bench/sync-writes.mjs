// Imports and batches of new records. The baseline writes what the service on SQLite wrote just before it, row by row.
import { EVENT_KINDS } from '../dist/resources/events/kinds.js';
import { ask, bytesOf } from './sync-client.mjs';
import { seededReferences, syntheticEvents } from './synthetic.mjs';

const made = syntheticEvents({ kinds: Object.keys(EVENT_KINDS), ...seededReferences() });
let next = 0;

function newEvents(count) {
  const first = next;
  next += count;
  return Array.from({ length: count }, (_, index) => made(first + index));
}

export const WRITES = {
  import: (servers, key, { rounds, imported }) =>
    inOrder(servers, key, rounds, imported, {
      ...{ path: '/v1/import', type: 'application/x-ndjson' },
      bodyOf: (bodies) => bodies.map((body) => `${JSON.stringify({ type: 'event', ...body })}\n`).join(''),
      createdIn: (text) => text.split('\n').filter((line) => line.includes('"status":"created"')).length,
    }),
  batch: (servers, key, { rounds, batched }) =>
    inOrder(servers, key, rounds, batched, {
      ...{ path: '/v1/batch', type: 'application/json' },
      bodyOf: (bodies) => JSON.stringify({ operations: bodies.map((body) => ({ op: 'create', type: 'event', body })) }),
      createdIn: (text) => JSON.parse(text).data.filter(({ status }) => status === 201).length,
    }),
};

/** Rounds of new records, the first of which is not counted; the baseline comes last in each. */
async function inOrder(servers, key, count, records, { path, type, bodyOf, createdIn }) {
  const rounds = [];
  for (let round = 0; round <= count; round += 1) {
    const body = bodyOf(newEvents(records));
    const headers = { 'content-type': type, authorization: `Bearer ${key}`, 'content-length': Buffer.byteLength(body) };
    const results = {};
    const texts = {};
    for (const [name, { url }] of Object.entries(servers)) {
      if (name === 'baseline') await bytesOf(await ask(`${url}/prepare`, { method: 'POST' }));
      const begun = performance.now();
      const answer = await bytesOf(await ask(url + path, { method: 'POST', headers, body }));
      results[name] = { records, perSecond: (records / (performance.now() - begun)) * 1_000 };
      texts[name] = answer.toString();
      const created = createdIn(texts[name]);
      if (created !== records)
        throw new Error(`${name} created ${created} of ${records}: ${texts[name].slice(-2_000)}`);
    }
    if (texts.baseline !== texts['chancery/sqlite']) throw new Error(`${path}: the baseline does not answer the same`);
    if (round > 0) rounds.push(results);
  }
  return rounds;
}

/** Raises unless the baseline has the very rows that the service on SQLite has. */
export async function requireSameRows({ baseline }) {
  const differing = JSON.parse(await bytesOf(await ask(`${baseline.url}/differing`)));
  if (differing.length > 0) throw new Error(`the baseline has other rows in ${differing.join(', ')}`);
}
