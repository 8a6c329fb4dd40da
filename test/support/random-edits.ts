import type { Document, Json } from '../../src/journal/kind.js';
import { ANY, type Client } from './client.js';

/** Numbers that look random and are the same in each run with a seed (a linear congruential generator). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const DATES = [
  '2024-06-13',
  '2024-06',
  '2024',
  '2023-07-12',
  '2025-01',
  '/2025-01',
  '2024-09-05',
  '2024-09-06',
  '2020',
];
const SPANS = ['2020-03-04/2024-09-05', '2024-09-05/..', '../2014', '2019/2021', '2024-06/2024-07', '2025/..'];
const FIELDS: [field: string, values: Json[]][] = [
  ['status', ['signed', 'under-negotiation', 'in-force']],
  ['date', ['2024-06-13', '2025-01', '2023']],
  ['bindingness', ['legal', 'political']],
  ['ratificationRequired', [true, false]],
];

type Edit = (
  http: Client,
  edit: { record: Document; any(type: string): Document; pick<T>(from: readonly T[]): T; n: number },
) => Promise<number>;

const path = ({ id }: Document) => `/v1/${id.split('_')[0]}s/${id}`;
const patch = async (http: Client, record: Document, body: object) =>
  (await http.patch(path(record), body, ANY)).status;

/** Merges two records of a type; where it is one record twice, the merge is refused. */
const merge: Edit = async (http, { record, any }) => {
  const { id } = any(String(record.id.split('_')[0]));
  return (await http.post(`${path(record)}/merge`, { into: id }, ANY)).status;
};

/** Changes of all that rules look at, by type of record. */
const EDITS: Record<string, Edit[]> = {
  event: [
    merge,
    (http, { record, pick }) => patch(http, record, { date: pick(DATES) }),
    (http, { record, pick }) => patch(http, record, { kind: pick(['negotiation', 'consultation', 'signing', 'call']) }),
    (http, { record, pick, any }) =>
      patch(http, record, { participants: (any('event').participants as Json[]).slice(pick([0, 1])) }),
    (http, { record, pick, any }) =>
      patch(http, record, {
        relations: [
          { kind: pick(['part-of', 'follows']), target: any('event').id },
          { kind: 'negotiates', target: any('agreement').id },
        ],
      }),
    (http, { record, any }) => {
      const { kind, date, participants } = any('event');
      return patch(http, record, { kind, date, participants } as object);
    },
    async (http, { record, pick, any }) => {
      const [member, body] = [any('actor'), any('actor').id];
      await patch(http, member, { memberships: [{ of: body, role: 'member', validity: pick(SPANS) }] });
      const participants = [{ actor: member.id, role: 'guest', onBehalfOf: body }];
      return patch(http, record, { date: pick(DATES), participants });
    },
    (http, { record, pick, any }) => {
      const relations = [{ kind: 'results-in', target: any('agreement').id }];
      return patch(http, record, { kind: pick(['ratification', 'entry-into-force']), date: pick(DATES), relations });
    },
    async (http, { record }) => (await http.delete(path(record), ANY)).status,
    async (http, { record, n }) => {
      const { kind, date, status, participants } = record;
      const body = { kind, date, status, participants, title: `Copy ${n}` };
      return (await http.post('/v1/events', body)).status;
    },
  ],
  actor: [
    merge,
    (http, { record, pick, any }) => {
      const of = (record.memberships as { of: string }[])[0]?.of ?? record.id;
      const participants = [{ actor: record.id, role: 'participant', onBehalfOf: of }];
      return patch(http, any('event'), { participants, date: pick(DATES) });
    },
    (http, { record, pick }) => {
      const terms = (record.terms as { office: string }[]).map((term) => ({ ...term, validity: pick(SPANS) }));
      return patch(http, record, { terms });
    },
    (http, { record }) => patch(http, record, { terms: (record.terms as Json[]).slice(1) }),
    async (http, { pick, any }) => {
      const persons = Array.from({ length: 20 }, () => any('actor')).filter(({ kind }) => kind === 'person');
      const terms = () => [{ office: any('actor').id, validity: pick(SPANS) }];
      const [held = [], next = held] = persons.map(terms);
      const other = [{ ...next[0], office: held[0]?.office ?? '' }];
      const [one, two] = persons;
      if (one === undefined || two === undefined) return 404;
      await patch(http, one, { terms: held });
      return patch(http, two, { terms: other });
    },
    (http, { record, pick }) => {
      const memberships = (record.memberships as object[]).map((each) => ({ ...each, validity: pick(SPANS) }));
      return patch(http, record, { memberships });
    },
    (http, { record, pick }) => patch(http, record, { existence: pick([...SPANS, null]) }),
    (http, { record, n }) => patch(http, record, { name: `Renamed ${n}` }),
  ],
  agreement: [
    merge,
    (http, { record, pick }) => {
      const milestones = (record.milestones as object[]).map((each) => ({ ...each, on: pick(DATES) }));
      return patch(http, record, { milestones });
    },
    (http, { record, pick }) =>
      patch(http, record, {
        milestones: [
          { stage: 'signed', on: pick(DATES) },
          { stage: pick(['ratified', 'in-force', 'under-negotiation']), on: pick(DATES) },
        ],
      }),
    (http, { record, pick }) => {
      const parties = (record.parties as object[]).map((each) => ({
        ...each,
        signedOn: pick(DATES),
        inForceOn: pick(DATES),
        endedOn: pick(DATES),
      }));
      return patch(http, record, { parties });
    },
    (http, { record, any }) => patch(http, record, { parties: any('agreement').parties as Json[] }),
  ],
  commitment: [
    merge,
    (http, { record, pick }) =>
      patch(http, record, {
        amount: {
          value: pick(['1.5', '10', '1000000']),
          currency: pick(['EUR', 'USD']),
          qualifier: pick(['exact', 'at-least', 'up-to']),
          basis: 'total',
        },
        milestones: [
          { stage: 'pledged', on: pick(DATES) },
          {
            stage: 'delivered',
            on: pick(DATES),
            amount: {
              value: pick(['1.5', '2', '20']),
              currency: pick(['EUR', 'USD']),
              qualifier: 'exact',
              basis: 'total',
            },
          },
        ],
      }),
  ],
  claim: [
    merge,
    async (http, { record, any, pick, n }) => {
      const [field, values] = pick(FIELDS);
      const body = {
        about: pick([any('agreement').id, any('agreement').id, any('event').id, record.about as string]),
        ...{ field, value: pick(values), kind: pick(['fact', 'fact', 'denial', 'forecast']), certainty: 'asserted' },
        ...{ statement: `Claim ${n}`, citations: [{ source: any('source').id }] },
      };
      return (await http.post('/v1/claims', body)).status;
    },
    (http, { record, pick, any }) => {
      const [field, values] = pick(FIELDS);
      return patch(http, record, { about: any('agreement').id, field, value: pick(values) });
    },
    (http, { record, pick }) => patch(http, record, { claimedOn: pick([...DATES, null]) }),
    async (http, { any, pick, n }) => {
      const claims = Array.from({ length: 40 }, () => any('claim')).filter(
        ({ kind, value }) => kind === 'fact' && value,
      );
      const [known] = claims.filter(({ field }) => FIELDS.some(([name]) => name === field));
      if (known === undefined) return 404;
      if (pick([true, false])) return patch(http, known, { rank: pick(['normal', 'deprecated']) });
      const { about, field } = known as { about?: string; field?: string };
      const [, values = []] = FIELDS.find(([name]) => name === field) ?? [];
      const said = { kind: 'fact', certainty: 'asserted', statement: `Contrary ${n}` };
      const citations = [{ source: any('source').id }];
      const body = { about: about ?? '', field: field ?? '', value: pick(values), ...said, citations };
      return (await http.post('/v1/claims', body)).status;
    },
    (http, { record, pick }) =>
      patch(http, record, { rank: pick(['normal', 'deprecated']), standing: pick(['standing', 'retracted']) }),
    async (http, { record }) => (await http.delete(path(record), ANY)).status,
  ],
  dispute: [
    merge,
    async (http, { any, n }) => {
      const positions = ['a', 'b'].map((key) => ({
        key,
        statement: `Position ${key}`,
        claims: [any('claim').id],
        citations: [],
      }));
      const body = { question: `Question ${n}?`, about: [any('agreement').id], positions };
      return (await http.post('/v1/disputes', body)).status;
    },
    (http, { record, any, pick }) => {
      const positions = ['a', 'b'].map((key) => ({
        ...{ key, statement: `Position ${key}`, claims: [any('claim').id].slice(pick([0, 0, 1])) },
        citations: [{ source: any('source').id }].slice(pick([0, 1, 1])),
      }));
      return patch(http, record, { positions, preferred: pick(['a', 'b', null]), assessment: 'The likelier one.' });
    },
    (http, { record, any }) => {
      const positions = (record.positions as { claims?: string[] }[]).map((each) => ({
        ...each,
        claims: [any('claim').id],
      }));
      return patch(http, record, { positions });
    },
    (http, { record, pick }) => {
      const preferred = pick((record.positions as { key: string }[]).map(({ key }) => key));
      const positions = (record.positions as object[]).map((each) => ({ ...each, citations: [] }));
      return patch(http, record, { positions, preferred, assessment: 'So it seems.' });
    },
    async (http, { record }) => (await http.delete(path(record), ANY)).status,
  ],
  source: [
    merge,
    async (http, { record, n, any }) => {
      const { quote } = ((any('claim').citations as Json[])[0] ?? {}) as { quote?: { exact: string } };
      const text = `Text ${n}. ${quote?.exact ?? ''} End.`;
      return (
        await http.send('PUT', `${path(record)}/text`, { raw: text, headers: { ...ANY, 'content-type': 'text/plain' } })
      ).status;
    },
    async (http, { record }) => (await http.delete(`${path(record)}/text`, ANY)).status,
    (http, { record, pick }) => patch(http, record, { standing: pick(['retracted', 'retracted', 'standing']) }),
    (http, { any, pick, record }) => patch(http, any(pick(['event', 'claim'])), { citations: [{ source: record.id }] }),
    (http, { record, n }) => patch(http, record, { title: `Retitled ${n}` }),
    (http, { record, pick }) => patch(http, record, { publishedOn: pick([...DATES, null]) }),
    (http, { pick, any }) => {
      // What claims cite most is retracted and stands again in turn.
      const [{ source } = { source: '' }] = any('claim').citations as { source: string }[];
      return patch(http, { id: source } as Document, { standing: pick(['retracted', 'standing', null]) });
    },
  ],
};

/** Makes one edit of a record taken at random; some are refused, which is an edit, too. Gives the status. */
export async function editAtRandom(
  http: Client,
  records: ReadonlyMap<string, readonly Document[]>,
  random: (below: number) => number,
  n: number,
): Promise<number> {
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const any = (type: string) => pick(records.get(type) ?? []);
  const type = pick(Object.keys(EDITS));
  const edit = pick(EDITS[type] ?? []);
  return edit(http, { record: any(type), any, pick, n });
}
