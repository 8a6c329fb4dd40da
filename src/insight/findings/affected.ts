import { and, gt, lte, sql } from 'drizzle-orm';
import { readHead } from '../../db/head.js';
import type { Reader } from '../../db/store.js';
import type { Task } from '../../journal/analysis.js';
import type { Document } from '../../journal/kind.js';
import { documentsById } from '../../journal/read.js';
import { typeOfId } from '../../shared/ids.js';
import type { Check } from './check.js';
import type { Dependency, Rule } from './rule.js';
import { RULES } from './rules/index.js';
import { neighbours } from './world.js';

/** What must be checked again for the revisions after one up to another. */
export interface Affected {
  upto: number;
  checks: Check[];
}

/** A record that was written, as it was before the first of the revisions and as it is now. */
interface Change {
  id: string;
  before: Document | undefined;
  now: Document | undefined;
}

const REVISIONS_AT_ONCE = 500;

/** Finds what the next revisions after `since`, at most 500, can have an effect on. */
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

async function readChanges(reader: Reader, since: number, upto: number): Promise<Change[]> {
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

/** The records that the rule must be checked on: those written, and those that its dependencies lead to. */
async function reachedBy(reader: Reader, rule: Rule, changes: readonly Change[], since: number): Promise<Set<string>> {
  const reached = new Set(changes.map(({ id }) => id));
  for (const dependency of rule.dependencies) {
    const from = changes.filter((change) => matters(change, dependency)).map(({ id }) => id);
    for (const id of await follow(reader, from, dependency.path, since)) reached.add(id);
  }
  return new Set([...reached].filter((id) => rule.of.includes(typeOfId(id) as never)));
}

/**
 * Whether a change is one of what the dependency names. What points at a new record was written after it or with it, and
 * so is checked anyway.
 */
function matters({ id, before, now }: Change, { on, fields, path: [first] }: Dependency): boolean {
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
