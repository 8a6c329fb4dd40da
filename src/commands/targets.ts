import type { Config } from '../config.js';
import { Targets } from '../sync/webhooks/channel.js';
import { systemResolve } from '../sync/webhooks/target.js';

/** Where webhooks may lead by the settings. */
export function targetsOf(config: Config): Targets {
  const rules = {
    allow: config.webhookAllow,
    http: config.webhookHttp,
    timeoutMs: config.webhookTimeout * 1_000,
    maxAnswerBytes: config.webhookAnswer * 1_024,
    redirects: config.webhookRedirects,
  };
  return new Targets(rules, systemResolve);
}
