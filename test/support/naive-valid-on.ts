import { parseEdtf } from '../../src/shared/edtf.js';
import type { AnyJson } from './client.js';
import type { Query } from './naive.js';

/** First and last day number. Far days stand for "no bound": no date of the tests comes near. */
type Days = readonly [first: number, last: number];
type Test = (document: AnyJson) => boolean;
type Answer = { possible: boolean; certain: boolean };

const FAR = 50_000_000;
const ALWAYS: Answer = { possible: true, certain: false };
const NEVER: Answer = { possible: false, certain: false };

/**
 * What `validOn` keeps, found by trying out: every date is put on each day that matters among those it can mean, every
 * day that the question can mean is asked, and what is so in one case is possible, what is so in all is certain.
 */
export function fitsOnDay(collection: string, query: Query, id: (ref: string) => string): Test {
  const on = daysOf(valuesOf(query, 'validOn')[0] ?? '');
  const mode = valuesOf(query, 'match')[0] === 'certain' ? 'certain' : 'possible';
  const tests = TESTS[collection]?.(query, on, id) ?? [];
  return (document) => tests.every((test) => test(document)[mode]);
}

type Tests = (query: Query, on: Days, id: (ref: string) => string) => ((document: AnyJson) => Answer)[];
const TESTS: Readonly<Record<string, Tests>> = { actors: actorTests, agreements: agreementTests, commitments };

function valuesOf(query: Query, name: string): string[] {
  return query.filter(([given]) => given === name).map(([, value]) => value);
}

function actorTests(query: Query, on: Days, id: (ref: string) => string) {
  const during = (validity: string | undefined) => (validity === undefined ? ALWAYS : interval(validity, on));
  const [members, roles, offices] = [lists(query, 'memberOf'), lists(query, 'role'), lists(query, 'holds')];
  const membership = (of: string[] | undefined, inRoles: string[] | undefined) => (actor: AnyJson) =>
    any(
      actor.memberships
        .filter((entry: AnyJson) => (of?.map(id).includes(entry.of) ?? true) && (inRoles?.includes(entry.role) ?? true))
        .map((entry: AnyJson) => during(entry.validity)),
    );
  const tests = [
    ...(members ?? [undefined]).flatMap((of) => (roles ?? [undefined]).map((inRoles) => membership(of, inRoles))),
    ...(offices ?? []).map(
      (refs) => (actor: AnyJson) =>
        any(
          actor.terms
            .filter(({ office }: AnyJson) => refs.map(id).includes(office))
            .map((entry: AnyJson) => during(entry.validity)),
        ),
    ),
  ];
  if (members === undefined && roles === undefined) tests.shift();
  return tests.length > 0 ? tests : [(actor: AnyJson) => during(actor.existence)];
}

function agreementTests(query: Query, on: Days, id: (ref: string) => string) {
  const [stages, parties, roles] = [lists(query, 'status'), lists(query, 'party'), lists(query, 'role')];
  const bound = (actors: string[] | undefined, inRoles: string[] | undefined) => (agreement: AnyJson) =>
    any(
      agreement.parties
        .filter((p: AnyJson) => (actors?.map(id).includes(p.actor) ?? true) && (inRoles?.includes(p.role) ?? true))
        .map((party: AnyJson) => boundOn(party, agreement, on)),
    );
  const tests = [
    ...(parties ?? [undefined]).flatMap((actors) => (roles ?? [undefined]).map((inRoles) => bound(actors, inRoles))),
    ...(stages ?? []).map((wanted) => (agreement: AnyJson) => stands(agreement.milestones, wanted, on)),
  ];
  if (parties === undefined && roles === undefined) tests.shift();
  return tests.length > 0 ? tests : [({ milestones }: AnyJson) => begun(milestones, on)];
}

function commitments(query: Query, on: Days) {
  const stages = lists(query, 'stage');
  if (stages !== undefined) {
    return stages.map((wanted) => (commitment: AnyJson) => stands(commitment.milestones, wanted, on));
  }
  return [
    ({ period, milestones }: AnyJson) =>
      any([begun(milestones, on), ...(period === undefined ? [] : [interval(period, on)])]),
  ];
}

function lists(query: Query, name: string): string[][] | undefined {
  const given = valuesOf(query, name).map((value) => value.split(','));
  return given.length === 0 ? undefined : given;
}

function any(answers: readonly Answer[]): Answer {
  return { possible: answers.some(({ possible }) => possible), certain: answers.some(({ certain }) => certain) };
}

/** An interval begins on some day of its start and ends on some day of its end; a single date is all of its days. */
function interval(text: string, on: Days): Answer {
  if (!text.includes('/')) {
    const [first, last] = daysOf(text);
    return holds([first, first], [last, last], on);
  }
  const [start = '', end = ''] = text.split('/');
  return holds(endOf(start, -FAR), endOf(end, FAR), on);
}

function endOf(text: string, open: number): Days {
  if (text === '') return [-FAR, FAR];
  return text === '..' ? [open, open] : daysOf(text);
}

function boundOn(party: AnyJson, agreement: AnyJson, on: Days): Answer {
  if (['depositary', 'beneficiary', 'observer'].includes(party.role)) return NEVER;
  const first = (...stages: string[]) =>
    stages.map((wanted) => agreement.milestones.find(({ stage }: AnyJson) => stage === wanted)).find(Boolean)?.on;
  const signature = agreement.ratificationRequired ? [] : ['signed', 'adopted'];
  const own = party.inForceOn ?? party.consentOn ?? (agreement.ratificationRequired ? undefined : party.signedOn);
  const concluded = first('in-force', 'provisionally-applied', ...signature);
  const end = party.endedOn ?? first('terminated', 'expired', 'superseded');
  const until: Days = end === undefined ? [FAR, FAR] : daysOf(end);
  if (own === undefined && concluded === undefined) return agreement.milestones.length === 0 ? ALWAYS : NEVER;
  if (party.role !== 'acceding') return holds(daysOf(own ?? concluded), until, on);
  const [earliest, latest] = own === undefined ? [-FAR, FAR] : daysOf(own);
  const floor = earliest === -FAR && concluded !== undefined ? Math.min(daysOf(concluded)[0], latest) : earliest;
  return holds([floor, latest], until, on);
}

function begun(milestones: readonly AnyJson[], on: Days): Answer {
  return any(milestones.map((milestone) => holds(daysOf(milestone.on), [FAR, FAR], on)));
}

function holds(start: Days, end: Days, on: Days): Answer {
  const points = pointsOf([start, end, on]);
  const found: boolean[] = [];
  for (const from of within(points, start)) {
    for (const to of within(points, end)) {
      if (from > to) continue;
      for (const day of within(points, on)) found.push(from <= day && day <= to);
    }
  }
  return { possible: found.includes(true), certain: found.length > 0 && !found.includes(false) };
}

function stands(milestones: readonly AnyJson[], wanted: readonly string[], on: Days): Answer {
  const found = standings(milestones, on);
  const isWanted = (stage: string | null) => stage !== null && wanted.includes(stage);
  return { possible: found.some(isWanted), certain: found.every(isWanted) };
}

const known = new Map<string, (string | null)[]>();

/** Every stage that may be the latest on some day that is meant, null for none. */
export function standings(milestones: readonly AnyJson[], on: Days): (string | null)[] {
  const key = JSON.stringify([milestones.map((milestone) => [milestone.stage, milestone.on]), on]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const dates = milestones.map((milestone) => daysOf(milestone.on));
  const points = pointsOf([...dates, on]);
  const found = new Set<string | null>();
  for (const reached of combinations(dates.map((date) => within(points, date)))) {
    for (const day of within(points, on)) found.add(latest(milestones, reached, day));
  }
  known.set(key, [...found]);
  return [...found];
}

function latest(milestones: readonly AnyJson[], reached: readonly number[], day: number): string | null {
  let best: { on: number; stage: string } | undefined;
  for (const [index, on] of reached.entries()) {
    if (on <= day && (best === undefined || on >= best.on)) best = { on, stage: milestones[index].stage };
  }
  return best?.stage ?? null;
}

function* combinations(choices: readonly number[][]): Generator<number[]> {
  const [head, ...rest] = choices;
  if (head === undefined) {
    yield [];
    return;
  }
  for (const tail of combinations(rest)) for (const first of head) yield [first, ...tail];
}

/** The days on which something can change, and their neighbours. */
function pointsOf(ranges: readonly Days[]): number[] {
  return [...new Set(ranges.flat().flatMap((day) => [day - 1, day, day + 1]))].sort((a, b) => a - b);
}

function within(points: readonly number[], [first, last]: Days): number[] {
  return points.filter((point) => point >= first && point <= last);
}

export function daysOf(text: string): Days {
  const result = parseEdtf(text, 'any');
  if (!result.ok) throw new Error(result.message);
  return [result.value.earliest ?? -FAR, result.value.latest ?? FAR];
}
