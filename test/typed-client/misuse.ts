// Each marked line is wrong; test/openapi/typed-client.test.ts expects the type-checker to refuse each of them and no other.
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/api.js';

const client = createClient<paths>({ baseUrl: 'http://127.0.0.1:3000' });
const header = { 'If-Match': '*' };

export async function misuse(event: components['schemas']['Event'], problem: components['schemas']['Problem']) {
  event.titel; // WRONG: no such field
  problem.code === 'version-missmatch'; // WRONG: no such code
  await client.GET('/v1/event'); // WRONG: no such path
  await client.GET('/v1/events', { params: { query: { sort: 'size' } } }); // WRONG: no such sort
  await client.GET('/v1/events', { params: { query: { until: '2025' } } }); // WRONG: no such parameter
  await client.DELETE('/v1/events/{ref}', { params: { path: { ref: 'a' } } }); // WRONG: no If-Match
  await client.POST('/v1/events', { body: { kind: 'call', title: 'T', date: '2025' } }); // WRONG: no status
  ({ label: 'L', colour: 'red' }) satisfies components['schemas']['AreaInput']; // WRONG: no such field
  await client.PATCH('/v1/areas/{ref}', { params: { path: { ref: 'a' }, header }, body: { label: null } }); // WRONG: required
  await client.PATCH('/v1/areas/{ref}', { params: { path: { ref: 'a' }, header }, body: { notation: null } });
}
