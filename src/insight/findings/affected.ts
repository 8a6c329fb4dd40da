import { and, gt, lte, sql } from 'drizzle-orm';
import { readHead } from '../../db/head.js';
import type { Reader } from '../../db/store.js';
import type { Task } from '../../journal/analysis.js';
import type { Document } from '../../journal/kind.js';
import { documentsById } from '../../journal/read.js';
import { typeOfId } from '../../shared/ids.js';
import type { Check } from './check.js';
import type { Dependency, Rewritten, Rule } from './rule.js';
import { RULES } from './rules/index.js';
import { neighbours } from './world.js';

/** What must be checked again for the revisions after one up to another. */
export interface Affected {
  upto: number;
  checks: Check[];
}

const REVISIONS_AT_ONCE = 100;

/** Finds what the next revisions after `since`, at most 100, can have an effect on. */
export const AFFECTED: Task<{ since: number }, Affected> = {
  name: 'affected',
  async run(reader, { since }) {
    const { revision } = await readHead(reader);
    const upto = Math.min(revision, since + REVISIONS_AT_ONCE);
    if (upto <= since) return { upto, checks: [] };
    const changes = await readChanges(reader, since, upto);
    const checks: Check[] = [];
    for (const rule of RULES) {
      const ids = [...(await reachedBy(reader, rule, changes, since))].sort();
      if (ids.length > 0) checks.push({ rule: rule.name, ids });
    }
    return { upto, checks };
  },
};

async function readChanges(reader: Reader, since: number, upto: number): Promise<Rewritten[]> {
  const rows = await reader.all(
    'written',
    (db, { revisions: { entity, revision }, revisions }) =>
      db
        .selectDistinct({ id: entity })
        .from(revisions)
        .where(and(gt(revision, sql.placeholder('since')), lte(revision, sql.placeholder('upto')))),
    { since, upto },
  );
  const ids = rows.map(({ id }) => id);
  const before = since === 0 ? new Map<string, Document>() : await documentsById(reader, ids, since);
  const now = await documentsById(reader, ids, undefined);
  return ids.map((id) => ({ id, before: before.get(id), now: now.get(id) }));
}

/** The records that the rule must be checked on: those written, those that its dependencies lead to, and those it reaches. */
async function reachedBy(
  reader: Reader,
  rule: Rule,
  changes: readonly Rewritten[],
  since: number,
): Promise<Set<string>> {
  const isChecked = (id: string) => rule.of.includes(typeOfId(id) as never);
  const reached = new Set(changes.map(({ id }) => id));
  const own = changes.filter(({ id }) => isChecked(id));
  for (const id of (await rule.reach?.(own, reader)) ?? []) reached.add(id);
  for (const dependency of rule.dependencies) {
    const from = changes.filter((change) => matters(change, dependency)).map(({ id }) => id);
    for (const id of await follow(reader, from, dependency.path, since)) reached.add(id);
  }
  return new Set([...reached].filter(isChecked));
}

/**
 * Whether a change is one of what the dependency names. What points at a new record was written after it or with it, and
 * so is checked anyway.
 */
function matters({ id, before, now }: Rewritten, { on, fields, path: [first] }: Dependency): boolean {
  if (typeOfId(id) !== on) return false;
  if (before === undefined && first.direction === 'in') return false;
  if (before === undefined || now === undefined || fields === undefined) return true;
  return fields.some((field) => JSON.stringify(before[field]) !== JSON.stringify(now[field]));
}

/** Where a path leads; its first step goes along the edges from before, too. */
async function follow(
  reader: Reader,
  from: readonly string[],
  path: Dependency['path'],
  since: number,
): Promise<string[]> {
  let ids = [...from];
  for (const [index, step] of path.entries()) {
    if (ids.length === 0) return [];
    const pairs = await neighbours(reader, ids, step);
    if (index === 0 && step.direction === 'out' && since > 0)
      pairs.push(...(await neighbours(reader, ids, step, since)));
    ids = [...new Set(pairs.map(({ to }) => to))];
  }
  return ids;
}
