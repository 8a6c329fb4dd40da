import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.js';
import type { Change } from '../../src/sync/changes.js';
import { delayAfter, GIVE_UP_MS, nextAttempt, retryAfterMs } from '../../src/sync/webhooks/schedule.js';
import { codeBlocks, readText } from '../docs/project.js';
import { rightSignatures } from './receiver.js';

const HOUR = 3_600_000;

describe('delays', () => {
  it('are three times as long each time up to eight hours, longer or shorter by a fifth', () => {
    const middle = Array.from({ length: 12 }, (_, index) => delayAfter(index + 1, 0.5) / 1_000);
    expect(middle).toEqual([5, 15, 45, 135, 405, 1215, 3645, 10_935, 28_800, 28_800, 28_800, 28_800]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, random) => {
          const share = delayAfter(failures, random) / delayAfter(failures, 0.5);
          expect(share).toBeGreaterThan(0.799);
          expect(share).toBeLessThan(1.201);
        },
      ),
    );
    expect([delayAfter(1, 0), delayAfter(1, 1)]).toEqual([4_000, 6_000]);
  });

  it('end three days after the first failure, with one attempt at the end', () => {
    const random = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(random, { minLength: 40, maxLength: 40 }), (randoms) => {
        let now = 1_000;
        const attempts = [now];
        for (const each of randoms) {
          const next = nextAttempt(attempts.length, 1_000, now, undefined, each);
          if (next === undefined) break;
          now = next;
          attempts.push(now);
        }
        expect(attempts.at(-1)).toBe(1_000 + GIVE_UP_MS);
        expect(attempts.length).toBeGreaterThan(15);
        expect(attempts.length).toBeLessThan(22);
      }),
    );
  });

  it('are as long as Retry-After says, within a day', () => {
    const now = Date.UTC(2025, 0, 1);
    const cases = { '0': 0, '120': 120_000, '86401': 24 * HOUR, '-5': 0, '1.5': 0, soon: 0, '': 0 };
    for (const [header, wanted] of Object.entries(cases)) expect(retryAfterMs(header, now), header).toBe(wanted);
    expect(retryAfterMs('Wed, 01 Jan 2025 01:00:00 GMT', now)).toBe(HOUR);
    expect(retryAfterMs('Tue, 31 Dec 2024 01:00:00 GMT', now)).toBe(0);
    expect(retryAfterMs('Fri, 01 Jan 2027 01:00:00 GMT', now)).toBe(24 * HOUR);
    expect(nextAttempt(1, now, now, '3600', 0.5)).toBe(now + HOUR);
    expect(nextAttempt(9, now, now, '1', 0.5)).toBe(now + 8 * HOUR);
    expect(nextAttempt(1, now, now + GIVE_UP_MS - 1, '3600', 0.5)).toBe(now + GIVE_UP_MS);
  });
});

describe('settings', () => {
  it('have nobody trusted, https only and webhooks on, unless told otherwise', () => {
    expect(readConfig({})).toMatchObject({
      ...{ webhooks: 'on', webhookAllow: [], webhookHttp: 'never', webhookTimeout: 15 },
      ...{ webhookAnswer: 64, webhookRedirects: 0 },
    });
    const { webhookAllow } = readConfig({ CHANCERY_WEBHOOK_ALLOW: '10.0.0.0/8, 192.168.1.5,fd00::/8' });
    expect(webhookAllow.map(([address, bits]) => `${address}/${bits}`)).toEqual([
      ...['10.0.0.0/8', '192.168.1.5/32', 'fd00::/8'],
    ]);
  });

  it.each([
    ['CHANCERY_WEBHOOKS', 'yes'],
    ['CHANCERY_WEBHOOK_ALLOW', '10.0.0.0/33'],
    ['CHANCERY_WEBHOOK_ALLOW', '10.0.0.0/8,'],
    ['CHANCERY_WEBHOOK_ALLOW', 'partner.internal'],
    ['CHANCERY_WEBHOOK_HTTP', 'on'],
    ['CHANCERY_WEBHOOK_TIMEOUT', '0'],
    ['CHANCERY_WEBHOOK_TIMEOUT', '51'],
    ['CHANCERY_WEBHOOK_ANSWER', '1025'],
    ['CHANCERY_WEBHOOK_REDIRECTS', '6'],
  ])('%s=%s is refused by name', (variable, value) => {
    expect(() => readConfig({ [variable]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [variable]: value })).toThrow(variable);
  });
});

it('the receiver of docs/webhooks.md takes what is signed, and nothing else', async () => {
  const [source = ''] = codeBlocks(readText('docs/webhooks.md'), 'js');
  const { isGenuine } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
  const { changeMessage, makeSecret, messageHeaders } = await import('../../src/sync/webhooks/message.js');
  const [secret, other] = [makeSecret(), makeSecret()];
  const change: Change = {
    ...{
      revision: 1,
      type: 'event',
      id: 'event_x',
      slug: 'é—x',
      version: 1,
      op: 'put' as const,
      changeKind: 'content',
    },
    ...{
      recordedAt: '2025-01-01T00:00:00.000Z',
      by: 'me',
      note: null,
      mergedInto: null,
      causedFrom: null,
      origin: null,
      doc: null,
    },
  };
  const message = changeMessage('webhook_x', 'epoch', change, false);
  const now = Date.UTC(2025, 0, 1);
  const headers = messageHeaders(message, [secret, other], now, 'Chancery/test');
  for (const each of [secret, other]) {
    expect(isGenuine(each, headers, message.body, now)).toBe(true);
    expect(rightSignatures({ path: '', headers, body: message.body, json: {} }, each)).toBe(1);
  }
  expect(isGenuine(makeSecret(), headers, message.body, now)).toBe(false);
  expect(isGenuine(secret, headers, `${message.body} `, now)).toBe(false);
  expect(isGenuine(secret, { ...headers, 'webhook-id': 'msg_other' }, message.body, now)).toBe(false);
  expect(isGenuine(secret, headers, message.body, now + 301_000)).toBe(false);
});
