import { expect, it } from 'vitest';
import { type Kept, readFindings, readState } from '../../../src/insight/findings/ledger.js';
import { RULES } from '../../../src/insight/findings/rules/index.js';
import type { Document } from '../../../src/journal/kind.js';
import { RESOURCE_TYPES } from '../../../src/shared/ids.js';
import { findingsFromNothing } from '../../support/naive-findings.js';
import { editAtRandom, randomNumbers } from '../../support/random-edits.js';
import { useService } from '../../support/use-service.js';

const t = useService({ seeds: true });
const EDITS = 1_000;
/** How many edits are looked at together, in turn. */
const PORTIONS = [1, 30, 2, 50, 7];

async function presentRecords(): Promise<Map<string, Document[]>> {
  const head = await t.db.head();
  const records = new Map<string, Document[]>();
  for (const type of RESOURCE_TYPES) {
    const state = await t.db.stateAt(type, head);
    records.set(
      type,
      state.map(({ doc }) => doc as Document).sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
  }
  return records;
}

async function kept(): Promise<Map<string, Kept>> {
  await t.service.findings.caughtUp();
  const findings = await readFindings(t.service.store, {}, 100_000);
  return new Map(findings.map((finding) => [finding.id, finding]));
}

/** Acknowledges a finding, or opens it again. */
async function turn({ id, acknowledgement }: Kept, n: number): Promise<number> {
  const path = `/v1/findings/${id}/acknowledgement`;
  const any = { 'if-match': '*' };
  const answer = await (acknowledgement === undefined
    ? t.http.put(path, { reason: `Reason ${n}` }, any)
    : t.http.delete(path, any));
  return answer.status;
}

it(`what is kept is what checking everything finds, over ${EDITS} random edits`, async () => {
  const random = randomNumbers(Number(process.env.FC_SEED ?? 20_250_101));
  const statuses = new Map<number, number>();
  const note = (status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const come = new Set<string>();
  const gone = new Set<string>();
  let before = await kept();
  for (let n = 0, round = 0; n < EDITS; round += 1) {
    const end = n + (PORTIONS[round % PORTIONS.length] ?? 1);
    const records = await presentRecords();
    for (; n < end; n += 1) note(await editAtRandom(t.http, records, random, n));
    const some = [...before.values()];
    if (some.length > 0) note(await turn(some[random(some.length)] as Kept, n));
    const now = await kept();
    expect(Object.fromEntries(now)).toEqual(Object.fromEntries(await findingsFromNothing(t.service.store)));
    for (const [id, { rule }] of now) if (!before.has(id)) come.add(rule);
    for (const [id, { rule }] of before) if (!now.has(id)) gone.add(rule);
    before = now;
  }
  expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
  expect((statuses.get(200) ?? 0) + (statuses.get(201) ?? 0) + (statuses.get(204) ?? 0)).toBeGreaterThan(EDITS / 2);
  const { rows } = await t.db.query("select entity from revisions where op = 'merge'");
  expect(rows.length).toBeGreaterThan(EDITS / 50);
  // A rule that never came and went would agree whatever its dependencies are.
  const names = RULES.map(({ name }) => name).sort();
  expect([...come].sort()).toEqual(names);
  expect([...gone].sort()).toEqual(names);
}, 300_000);

it('what another start finds from the beginning is the same, and nothing is written for it', async () => {
  const { serial } = await readState(t.service.store);
  const before = await kept();
  expect(await t.service.findings.checkAll()).toEqual({ put: 0, removed: 0 });
  expect(await kept()).toEqual(before);
  expect((await readState(t.service.store)).serial).toBe(serial);
}, 60_000);
