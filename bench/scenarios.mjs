// What is asked of every server, and the check that all of them give the same answer.
const RECORD = 'us-ua-consultations-2025-01';
/** Fields that differ from one creation to the next. */
const OWN = ['id', 'slug', 'title', 'revision', 'createdAt', 'updatedAt'];
/** Stands in a request for a number that is new each time. */
export const FRESH = '00000000';

const JSON_TYPE = { 'content-type': 'application/json' };

export function createBody(mark) {
  return JSON.stringify({
    slug: `bench-${mark}`,
    kind: 'meeting',
    title: `Benchmark ${mark}`,
    date: '2025-01-20',
    status: 'concluded',
    participants: [
      { actor: 'ukraine', role: 'host' },
      { actor: 'united-states', role: 'guest' },
    ],
    tags: ['benchmark'],
  });
}

/** A request that makes a record from a body. */
export function creation(key, body) {
  return { method: 'POST', path: '/v1/events', headers: { ...JSON_TYPE, authorization: `Bearer ${key}` }, body };
}

/** The plain reads; their answers are kept for the floor. `revision` is the last of the journal. */
export function readsOf(revision) {
  const get = (path) => ({ method: 'GET', path, headers: {} });
  return {
    one: get(`/v1/events/${RECORD}`),
    list: get('/v1/events'),
    filtered: get('/v1/events?actor=ukraine'),
    past: get(`/v1/events?asOf=${Math.floor(revision / 2)}`),
  };
}

/** In the order of measuring; `create` comes last, since it changes what a list says. */
const SCENARIOS = {
  'read one': ({ one }) => ({ request: one, status: 200 }),
  'list of 50': ({ list }) => ({ request: list, status: 200 }),
  'list, filtered': ({ filtered }) => ({ request: filtered, status: 200 }),
  'list, past': ({ past }) => ({ request: past, status: 200 }),
  '304, one': ({ one }, { one: { headers } }) => ({ request: unless(one, headers.etag), status: 304 }),
  '304, list': ({ list }, { list: { headers } }) => ({ request: unless(list, headers.etag), status: 304 }),
  create: ({ create }) => ({ request: create, status: 201 }),
};

export const SCENARIO_NAMES = Object.keys(SCENARIOS);

/** The named scenarios over databases that gave these answers. */
export function scenarios(names, { key, answers }) {
  const { revision } = JSON.parse(answers.create.body);
  const { one, ...lists } = readsOf(revision);
  const byId = { ...one, path: `/v1/events/${JSON.parse(answers.one.body).id}` };
  const requests = { ...lists, one: byId, create: creation(key, createBody(FRESH)) };
  return names.map((name) => ({ name, ...SCENARIOS[name](requests, answers) }));
}

function unless(request, tag) {
  return { ...request, headers: { 'if-none-match': tag } };
}

export async function fetchAnswer(url, { method, path, headers, body }) {
  const response = await fetch(url + path, { method, headers, body });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

/** Raises unless all servers answer with the same status, type and bytes, except for what is new in each creation. */
export async function requireSameAnswers(scenario, servers) {
  const seen = {};
  for (const [name, { url }] of Object.entries(servers)) {
    const answer = await fetchAnswer(url, scenario.request);
    if (answer.status !== scenario.status)
      throw new Error(`${scenario.name}: ${name} gave ${answer.status} ${answer.body}`);
    seen[name] = JSON.stringify([answer.headers['content-type'], comparable(answer)]);
  }
  for (const [name, answer] of Object.entries(seen)) {
    if (answer !== seen.floor) throw new Error(`${scenario.name}: ${name} answers ${answer}, not ${seen.floor}`);
  }
}

function comparable({ status, body }) {
  if (status !== 201) return body;
  return JSON.stringify(JSON.parse(body), (field, value) => (OWN.includes(field) ? typeof value : value));
}
