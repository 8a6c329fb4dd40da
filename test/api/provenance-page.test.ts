import { describe, expect, it } from 'vitest';
import { asShown, shownCalls } from '../support/shown.js';
import { useService } from '../support/use-service.js';

const PAGE = 'docs/provenance.md';
const t = useService({ seeds: true });

describe(PAGE, () => {
  const calls = shownCalls(PAGE);

  it('tells the whole story: sources, fields, claims, disputes and a retraction', () => {
    expect(calls.filter(({ method, answer }) => method === 'GET' && answer !== undefined).length).toBeGreaterThan(6);
    const told = calls.map(({ method, path }) => `${method} ${path}`).join(' ');
    for (const part of ['/sources/', '/provenance', '/claims/', '/disputes/', 'PATCH ', 'restsOn=retracted'])
      expect(told).toContain(part);
  });

  // One after the other: what is below the retraction is of the time after it.
  it.each(calls.map((call) => [call.method, call.path, call] as const))(
    '%s %s answers as shown',
    async (...[, , call]) => {
      const { method, path, headers, body, answer } = call;
      const sent = await t.http.send(method, path, { headers, ...(body && { raw: JSON.stringify(body) }) });
      expect({ path, status: sent.status }).toEqual({ path, status: 200 });
      expect(answer === undefined ? undefined : asShown(PAGE, sent.body)).toEqual(answer);
    },
  );
});
