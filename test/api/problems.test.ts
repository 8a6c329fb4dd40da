import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/problems.js';
import { expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({});
const entries = Object.entries(PROBLEMS);

describe('the page of a problem', () => {
  it.each(entries)('tells %s as JSON and as HTML', async (code, { status, title, explanation, retryable }) => {
    const json = await t.service.anonymous.get(`/problems/${code}`);
    expect({ status: json.status, body: json.body }).toEqual({
      status: 200,
      body: { code, status, title, explanation, retryable },
    });
    expect(json.headers).toMatchObject({
      'content-type': expect.stringMatching(/^application\/json/),
      'cache-control': 'public, max-age=3600',
      vary: 'Accept',
    });
    const html = await t.service.anonymous.get(`/problems/${code}`).set('accept', 'text/html,application/xhtml+xml');
    expect({ status: html.status, type: html.headers['content-type'] }).toEqual({
      status: 200,
      type: 'text/html; charset=utf-8',
    });
    expect(html.text).toMatch(/^<!doctype html>/i);
    expect(html.text).toContain(`<h1>${title}</h1>`);
    expect(html.text).toContain(String(status));
  });

  it('is JSON for who takes anything', async () => {
    const answer = await t.http.get('/problems/gone', { accept: '*/*' });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });

  it.each(['no-such-problem', '__proto__', 'toString', 'constructor'])('is 404 for %s', async (code) => {
    expectProblem(await t.http.get(`/problems/${code}`), 'not-found');
  });

  it('takes GET and HEAD only', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await t.http.send(method, '/problems/gone', { key: null });
      expectProblem(answer, 'method-not-allowed');
      expect(String(answer.headers.allow).split(', ').sort()).toEqual(['GET', 'HEAD']);
    }
  });

  it('comes in the two types only, and without parameters', async () => {
    const problem = expectProblem(await t.http.get('/problems/gone', { accept: 'image/png' }), 'not-acceptable');
    expect(problem.available).toEqual(['application/json', 'text/html']);
    expectProblem(await t.http.get('/problems/gone?lang=de'), 'unknown-parameter');
  });
});

describe('the catalogue', () => {
  it.each(entries)('says of %s what happened and what to do', (code, { status, title, explanation }) => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).toMatch(/^[A-Z]/);
    expect(explanation).toMatch(/\.$/);
  });
});

describe('paths', () => {
  it.each([
    '/',
    '/v1',
    '/v2/events',
    '/v1/event',
    '/v1/Events',
    '/V1/events',
    '/v1/events/',
    '/v1//events',
    '//v1/events',
  ])('%s does not exist', async (path) => {
    expectProblem(await t.http.get(path), 'not-found');
  });

  it('differ by case in references too', async () => {
    await t.http.post('/v1/areas', { slug: 'lower', label: 'Lower' });
    expect((await t.http.get('/v1/areas/lower')).status).toBe(200);
    expectProblem(await t.http.get('/v1/areas/LOWER'), 'not-found');
    expectProblem(await t.http.get('/v1/areas/lower/'), 'not-found');
    expectProblem(await t.http.get('/v1/areas/lower/History'), 'not-found');
  });

  it.each(['%zz', '%', '%f', '%ff', '%c0%80', '%ed%a0%80'])('with %s are refused', async (text) => {
    const problem = expectProblem(await t.http.get(`/v1/events/${text}`), 'invalid-parameter');
    expect(problem.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('find nothing with NUL', async () => {
    expectProblem(await t.http.get('/v1/events/a%00b'), 'not-found');
  });
});

describe('every answer', () => {
  it('has a request id of its own and tells the type is not to be guessed', async () => {
    const answers = [await t.http.get('/health/live'), await t.http.get('/v1/events'), await t.http.get('/v1/none')];
    expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(3);
    for (const { headers } of answers) expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('does not take the request id of the client', async () => {
    const answer = await t.http.get('/v1/none', { 'x-request-id': 'mine', 'request-id': 'mine' });
    expect(answer.text).not.toContain('mine');
  });
});
