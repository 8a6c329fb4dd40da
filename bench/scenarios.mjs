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

/** The plain requests; their answers are kept for the floor. */
export function requestsOf(key, body) {
  return {
    create: { method: 'POST', path: '/v1/events', headers: { ...JSON_TYPE, authorization: `Bearer ${key}` }, body },
    one: { method: 'GET', path: `/v1/events/${RECORD}`, headers: {} },
    list: { method: 'GET', path: '/v1/events', headers: {} },
  };
}

/** In the order of measuring; `create` comes last, since it changes what a list says. */
export function scenarios({ key, answers }) {
  const { one, list, create } = requestsOf(key, createBody(FRESH));
  const byId = { ...one, path: `/v1/events/${JSON.parse(answers.one.body).id}` };
  const unless = (request, tag) => ({ ...request, headers: { 'if-none-match': tag } });
  return [
    { name: 'read one', request: byId, status: 200 },
    { name: 'list of 50', request: list, status: 200 },
    { name: '304, one', request: unless(byId, answers.one.headers.etag), status: 304 },
    { name: '304, list', request: unless(list, answers.list.headers.etag), status: 304 },
    { name: 'create', request: create, status: 201 },
  ];
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
    if (answer !== seen.chancery) throw new Error(`${scenario.name}: ${name} answers ${answer}, not ${seen.chancery}`);
  }
}

function comparable({ status, body }) {
  if (status !== 201) return body;
  return JSON.stringify(JSON.parse(body), (field, value) => (OWN.includes(field) ? typeof value : value));
}
