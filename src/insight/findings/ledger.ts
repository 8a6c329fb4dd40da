import { and, asc, eq, inArray, isNotNull, isNull, notInArray, sql } from 'drizzle-orm';
import { after, countOfRows } from '../../db/conditions.js';
import type { Db, Reader, Tx, Values } from '../../db/store.js';
import type { Tables } from '../../db/tables/index.js';
import { inBatches, listValues } from '../../journal/references.js';
import type { Acknowledgement } from '../../resources/common.schema.js';
import { typeOfId } from '../../shared/ids.js';
import type { Finding } from './finding.js';
import { SEVERITIES, type Severity } from './rule.js';
import { RULES } from './rules/index.js';

/** A finding as it is kept: with the acknowledgement of exactly what it rests on, if there is one. */
export interface Kept extends Omit<Finding, 'key'> {
  acknowledgement?: Acknowledgement;
}

/** How far the records are checked. */
export interface State {
  /** All revisions up to this one. */
  checked: number;
  serial: number;
  ruleset: number;
}

const BEGINNING: State = { checked: 0, serial: 0, ruleset: 0 };
const RANKS = Object.keys(SEVERITIES) as Severity[];

export async function readState(reader: Reader): Promise<State> {
  const row = await reader.get('findings state', (db, { findingsState: { checked, serial, ruleset }, findingsState }) =>
    db.select({ checked, serial, ruleset }).from(findingsState),
  );
  return row ?? BEGINNING;
}

const columnsOf = ({ findings: f }: Tables) => ({
  ...{ id: f.id, rule: f.rule, rank: f.rank, fingerprint: f.fingerprint, message: f.message },
  ...{ details: f.details, acknowledgement: f.acknowledgement },
});

interface Row {
  id: string;
  rule: string;
  rank: number;
  fingerprint: string;
  message: string;
  details: string;
  acknowledgement: string | null;
}

/** The findings that are kept on some records. */
export async function readOwned(reader: Reader, ids: readonly string[]): Promise<Kept[]> {
  const rows = await inBatches(ids, (batch) => {
    const { names, values } = listValues(batch);
    return reader.all<Row>(
      `findings of ${names.length}`,
      (db, t) => {
        const owned = db
          .select({ finding: t.findingRecords.finding })
          .from(t.findingRecords)
          .where(
            and(
              inArray(
                t.findingRecords.record,
                names.map((name) => sql.placeholder(name)),
              ),
              eq(t.findingRecords.isOwner, true),
            ),
          );
        return db.select(columnsOf(t)).from(t.findings).where(inArray(t.findings.id, owned));
      },
      values,
    );
  });
  return withRecords(reader, [...new Map(rows.map((row) => [row.id, row])).values()]);
}

/** Which findings are asked for: each list is of alternatives, and none of them narrows nothing. */
export interface FindingFilter {
  rules?: readonly string[] | undefined;
  severities?: readonly Severity[] | undefined;
  types?: readonly string[] | undefined;
  /** Ids of records; a finding that involves any of them fits. */
  records?: readonly string[] | undefined;
  acknowledged?: boolean | undefined;
}

/** Sort values of a finding: the gravest first, then by rule. */
export type FindingPosition = readonly [rank: number, rule: string, id: string];

export function positionOf({ severity, rule, id }: Kept): FindingPosition {
  return [RANKS.indexOf(severity), rule, id];
}

/** Some findings from behind a position, in order. */
export async function readFindings(
  reader: Reader,
  filter: FindingFilter,
  limit: number,
  position?: readonly (string | number)[],
): Promise<Kept[]> {
  const { shape, values, where } = planOf(filter);
  const keys = (position ?? []).map((value, index) => [`k${index}`, value]);
  const rows = await reader.all<Row>(
    `findings ${shape} ${position === undefined ? '' : 'after'}`,
    (db, t) => {
      const order = [t.findings.rank, t.findings.rule, t.findings.id];
      const names = order.map((_, index) => `k${index}`);
      return db
        .select(columnsOf(t))
        .from(t.findings)
        .where(and(where(db, t), position && after(order, names, 'asc')))
        .orderBy(...order.map((column) => asc(column)))
        .limit(sql.placeholder('limit'));
    },
    { ...values, ...Object.fromEntries(keys), limit },
  );
  return withRecords(reader, rows);
}

/** How many there are. */
export async function countFindings(reader: Reader, filter: FindingFilter): Promise<number> {
  const { shape, values, where } = planOf(filter);
  const row = await reader.get(
    `count findings ${shape}`,
    (db, t) => db.select({ found: countOfRows() }).from(t.findings).where(where(db, t)),
    values,
  );
  return row?.found ?? 0;
}

export async function findFinding(reader: Reader, id: string): Promise<Kept | undefined> {
  const row = await reader.get<Row>(
    'finding',
    (db, t) =>
      db
        .select(columnsOf(t))
        .from(t.findings)
        .where(eq(t.findings.id, sql.placeholder('id'))),
    { id },
  );
  const [kept] = await withRecords(reader, row ? [row] : []);
  return kept;
}

function planOf({ rules, severities, types, records, acknowledged }: FindingFilter) {
  const ranks = severities?.map((severity) => RANKS.indexOf(severity));
  const lists = { rule: rules, rank: ranks, type: types, record: records } as const;
  const given = Object.entries(lists).flatMap(([name, list]) =>
    list === undefined ? [] : [{ name: name as keyof typeof lists, ...listValues(list as readonly string[], name) }],
  );
  const shape = `${given.map(({ name, names }) => `${name} ${names.length}`).join()} ${acknowledged ?? ''}`;
  const values: Values = Object.assign({}, ...given.map((list) => list.values));
  const where = (db: Db, t: Tables) =>
    and(
      ...given.map(({ name, names }) => {
        const among = names.map((each) => sql.placeholder(each));
        if (name !== 'record') return inArray(t.findings[name], among);
        const { finding, record } = t.findingRecords;
        return inArray(t.findings.id, db.select({ finding }).from(t.findingRecords).where(inArray(record, among)));
      }),
      acknowledged === undefined ? undefined : (acknowledged ? isNotNull : isNull)(t.findings.acknowledgement),
    );
  return { shape, values, where };
}

/** Adds the records; one query for 500 findings. */
async function withRecords(reader: Reader, rows: readonly Row[]): Promise<Kept[]> {
  const ids = rows.map(({ id }) => id);
  const records = await inBatches(ids, (batch) => {
    const { names, values } = listValues(batch);
    return reader.all(
      `records of findings ${names.length}`,
      (db, { findingRecords: { finding, record, isOwner, position }, findingRecords }) =>
        db
          .select({ finding, record, isOwner })
          .from(findingRecords)
          .where(
            inArray(
              finding,
              names.map((name) => sql.placeholder(name)),
            ),
          )
          .orderBy(asc(finding), asc(position)),
      values,
    );
  });
  const byFinding = new Map<string, (typeof records)[number][]>(ids.map((id) => [id, []]));
  for (const record of records) byFinding.get(record.finding)?.push(record);
  return rows.map((row) => keptOf(row, byFinding.get(row.id) ?? []));
}

function keptOf(row: Row, records: readonly { record: string; isOwner: boolean }[]): Kept {
  const { id, rule, rank, fingerprint, message, details, acknowledgement } = row;
  const those = (owner: boolean) => records.filter(({ isOwner }) => isOwner === owner).map(({ record }) => record);
  return {
    ...{ id, rule, severity: RANKS[rank] ?? 'notice', message, fingerprint },
    owners: those(true) as unknown as Kept['owners'],
    involves: those(false),
    details: JSON.parse(details) as Kept['details'],
    ...(acknowledgement !== null && { acknowledgement: JSON.parse(acknowledgement) as Acknowledgement }),
  };
}

/** What must change for the kept findings to be right, worked out at a serial. */
export interface Difference {
  serial: number;
  put: Kept[];
  remove: string[];
}

/** Makes a change of findings; false when they have changed since it was worked out, and then nothing is written. */
export async function applyDifference(tx: Tx, { serial, put, remove }: Difference): Promise<boolean> {
  const state = await readState(tx);
  if (state.serial !== serial) return false;
  await removeFindings(tx, [...remove, ...put.map(({ id }) => id)]);
  await tx.insert('findings', put.map(rowOf));
  await tx.insert('findingRecords', put.flatMap(recordRows));
  await putState(tx, { ...state, serial: serial + 1 });
  return true;
}

/** Notes how far the records are checked, and by which rules; never less far than another process has noted. */
export async function noteChecked(tx: Tx, checked: number, ruleset: number): Promise<void> {
  const state = await readState(tx);
  const farthest = state.ruleset === ruleset ? Math.max(state.checked, checked) : checked;
  await putState(tx, { ...state, checked: farthest, ruleset });
}

/** Takes away the findings of rules that there are no longer. */
export async function forgetOtherRules(tx: Tx): Promise<void> {
  const { names, values } = listValues(RULES.map(({ name }) => name));
  const placeholders = names.map((name) => sql.placeholder(name));
  const others = await tx.all(
    `findings of other rules ${names.length}`,
    (db, t) => db.select({ id: t.findings.id }).from(t.findings).where(notInArray(t.findings.rule, placeholders)),
    values,
  );
  await removeFindings(
    tx,
    others.map(({ id }) => id),
  );
}

async function putState(tx: Tx, state: State): Promise<void> {
  await tx.run('clear findings state', (db, t) => db.delete(t.findingsState));
  await tx.insert('findingsState', [{ id: 1, ...state }]);
}

async function removeFindings(tx: Tx, ids: readonly string[]): Promise<void> {
  await inBatches(ids, async (batch) => {
    const { names, values } = listValues(batch);
    const placeholders = names.map((name) => sql.placeholder(name));
    await tx.run(
      `remove records of findings ${names.length}`,
      (db, t) => db.delete(t.findingRecords).where(inArray(t.findingRecords.finding, placeholders)),
      values,
    );
    await tx.run(
      `remove findings ${names.length}`,
      (db, t) => db.delete(t.findings).where(inArray(t.findings.id, placeholders)),
      values,
    );
    return [];
  });
}

function rowOf({ id, rule, severity, owners: [owner], fingerprint, message, details, acknowledgement }: Kept) {
  return {
    ...{ id, rule, fingerprint, message },
    rank: RANKS.indexOf(severity),
    type: typeOfId(owner) ?? '',
    details: JSON.stringify(details),
    acknowledgement: acknowledgement === undefined ? null : JSON.stringify(acknowledgement),
  };
}

function recordRows({ id, owners, involves }: Kept) {
  return [...owners, ...involves].map((record, position) => ({
    ...{ finding: id, position, record },
    isOwner: position < owners.length,
  }));
}
