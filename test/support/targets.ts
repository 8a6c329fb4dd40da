import { parseNetwork } from '../../src/shared/networks.js';
import { Targets } from '../../src/sync/webhooks/channel.js';
import type { Resolve, TargetRules } from '../../src/sync/webhooks/target.js';

/** A public address; nothing is ever sent to it by a test. */
export const PUBLIC = '93.184.215.14';

interface TestRules extends Partial<Omit<TargetRules, 'allow'>> {
  /** Trusted networks, as the setting has them. */
  allow?: string;
  /** Addresses of names; any other name leads to a public address. */
  names?: Readonly<Record<string, readonly string[]>>;
  resolve?: Resolve;
}

/** Targets by the default settings but for what is given, without any look-up of names outside. */
export function testTargets({ allow, names = {}, resolve, ...rules }: TestRules = {}): Targets {
  const networks = (allow?.split(',') ?? []).map(parseNetwork).filter((network) => network !== undefined);
  return new Targets(
    { http: 'never', timeoutMs: 15_000, maxAnswerBytes: 65_536, redirects: 0, ...rules, allow: networks },
    resolve ?? (async (name) => [...(names[name] ?? [PUBLIC])]),
  );
}

/** Targets that lead to servers of this machine, by `http:`, too. */
export const localTargets = (rules: TestRules = {}): Targets =>
  testTargets({ allow: '127.0.0.0/8', http: 'trusted', names: { localhost: ['127.0.0.1'] }, ...rules });
