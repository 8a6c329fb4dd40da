import { createHash } from 'node:crypto';
import type { Document } from '../../journal/kind.js';
import { findingId, typeOfId } from '../../shared/ids.js';
import type { Found, Rule } from './rule.js';
import type { World } from './world.js';

/** A finding with its name. */
export interface Finding extends Found {
  /** Made of rule, owners and key: the same finding has the same id in every database. */
  id: string;
  rule: string;
  /** SHA-256 of all that it rests on, in hexadecimal: another one means that the data have changed. */
  fingerprint: string;
}

const AT_ONCE = 200;

/** What a rule finds on some records, each finding once; those of types that it is not checked on are passed over. */
export async function findOn(rule: Rule, records: readonly Document[], world: World): Promise<Finding[]> {
  const own = records.filter(({ id }) => rule.of.includes(typeOfId(id) as never));
  const findings = new Map<string, Finding>();
  for (let start = 0; start < own.length; start += AT_ONCE) {
    for (const found of await rule.check(own.slice(start, start + AT_ONCE), world)) {
      const finding = named(rule, found);
      findings.set(finding.id, finding);
    }
  }
  return [...findings.values()];
}

function named(rule: Rule, found: Found): Finding {
  const { owners, key, severity, involves, details } = found;
  return {
    ...found,
    id: findingId(digest([rule.name, owners, key])),
    rule: rule.name,
    fingerprint: digest([severity, owners, involves, details]).toString('hex'),
  };
}

function digest(value: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(value)).digest();
}
