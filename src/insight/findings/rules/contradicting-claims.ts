import type { Document } from '../../../journal/kind.js';
import { RESOURCE_TYPES, type ResourceType, typeOfId } from '../../../shared/ids.js';
import { shareDay } from '../days.js';
import type { Found, Rule } from '../rule.js';
import { type ClaimShape, type DisputeShape, shapeOf } from '../shapes.js';
import { excludeEachOther, type Field, fieldOf, isWithin } from '../values.js';
import type { World } from '../world.js';

/** Fields that say how something stood when it was said. */
const STATES: readonly string[] = ['status', 'stage'];
/** How a source puts what is not settled yet; such a fact is a forecast here. */
const UNSETTLED: readonly string[] = ['planned', 'tentative', 'conditional'];
/** So many claims stand in a finding. */
const MAX_SHOWN = 50;

/**
 * Claims that cannot all be right and that no dispute keeps apart: facts with facts, and with denials of them; forecasts
 * with forecasts made at the same time. What was said of a state is compared with what was said of it at the same time.
 */
export const contradictingClaims: Rule = {
  name: 'contradicting-claims',
  title: 'Claims that exclude each other',
  description:
    'Claims about one field of a record exclude each other, and no dispute sets them side by side: facts (warning), or forecasts made at the same time (notice).',
  severities: ['warning', 'notice'],
  of: RESOURCE_TYPES,
  dependencies: [
    {
      on: 'claim',
      fields: ['about', 'field', 'value', 'kind', 'certainty', 'claimedOn', 'rank', 'standing'],
      path: [{ direction: 'out', relations: ['about'] }],
    },
    {
      on: 'dispute',
      fields: ['positions'],
      path: [
        { direction: 'out', relations: ['position'], type: 'claim' },
        { direction: 'out', relations: ['about'] },
      ],
    },
  ],
  async check(records, world) {
    const about = await world.pointingAt(
      records.map(({ id }) => id),
      { relations: ['about'], type: 'claim' },
    );
    const clashes = records.flatMap(({ id }) => clashesOn(id, (about.get(id) ?? []).flatMap(statementOf)));
    const areApart = await keptApart(clashes, world);
    return clashes.flatMap((clash) => found(clash, areApart));
  },
};

type Mode = 'fact' | 'denial' | 'forecast';

interface Statement {
  id: string;
  field: string;
  value: NonNullable<ClaimShape['value']>;
  mode: Mode;
  claimedOn: string | undefined;
}

/** The claims on one field of a record that exclude others. */
interface Clash {
  record: string;
  field: string;
  pairs: [Statement, Statement][];
}

function statementOf(claim: Document): Statement[] {
  const { id, field, value, claimedOn, rank, standing, ...said } = shapeOf<ClaimShape>(claim);
  const mode = modeOf(said);
  if (field === undefined || value === undefined || value === null || mode === undefined) return [];
  return rank === 'deprecated' || standing === 'retracted' ? [] : [{ id, field, value, mode, claimedOn }];
}

function modeOf({ kind, certainty }: Pick<ClaimShape, 'kind' | 'certainty'>): Mode | undefined {
  if (kind === 'fact') return UNSETTLED.includes(certainty) ? 'forecast' : 'fact';
  return kind === 'denial' || kind === 'forecast' ? kind : undefined;
}

function clashesOn(record: string, statements: readonly Statement[]): Clash[] {
  const byField = new Map<string, Statement[]>();
  for (const statement of statements)
    byField.set(statement.field, [...(byField.get(statement.field) ?? []), statement]);
  return [...byField].flatMap(([name, ofField]) => {
    const field = fieldOf(typeOfId(record) as ResourceType, name);
    const pairs = ofField.flatMap((one, index) =>
      ofField
        .slice(index + 1)
        .flatMap((other) => (clash(field, one, other) ? [[one, other] as [Statement, Statement]] : [])),
    );
    return pairs.length === 0 ? [] : [{ record, field: name, pairs }];
  });
}

function clash(field: Field, one: Statement, other: Statement): boolean {
  const isOfTime = one.mode === 'forecast' || STATES.includes(one.field);
  if (isOfTime && !atTheSameTime(one, other)) return false;
  if (one.mode === other.mode) return one.mode !== 'denial' && excludeEachOther(field, one.value, other.value);
  const [fact, denial] = one.mode === 'fact' ? [one, other] : [other, one];
  return fact.mode === 'fact' && denial.mode === 'denial' && isWithin(field, fact.value, denial.value);
}

function atTheSameTime({ claimedOn: one }: Statement, { claimedOn: other }: Statement): boolean {
  return one !== undefined && other !== undefined && shareDay(one, other);
}

/** Tells of two claims whether a dispute has them as different positions. */
async function keptApart(clashes: readonly Clash[], world: World): Promise<(one: string, other: string) => boolean> {
  const claims = clashes.flatMap(({ pairs }) => pairs.flatMap((pair) => pair.map(({ id }) => id)));
  const disputes = await world.pointingAt(claims, { relations: ['position'], type: 'dispute' });
  return (one, other) =>
    (disputes.get(one) ?? []).some((document) => {
      const { positions } = shapeOf<DisputeShape>(document);
      const takes = (claim: string) => positions.findIndex((position) => position.claims?.includes(claim));
      return takes(other) !== -1 && takes(one) !== takes(other);
    });
}

function found({ record, field, pairs }: Clash, areApart: (one: string, other: string) => boolean): Found[] {
  const open = pairs.filter(([one, other]) => !areApart(one.id, other.id));
  if (open.length === 0) return [];
  const claims = [...new Map(open.flat().map((statement) => [statement.id, statement])).values()];
  const shown = claims.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, MAX_SHOWN);
  const isForecast = open.every(([one]) => one.mode === 'forecast');
  return [
    {
      severity: isForecast ? 'notice' : 'warning',
      owners: [record],
      involves: shown.map(({ id }) => id).filter((id) => id !== record),
      key: field,
      message: `${claims.length} ${isForecast ? 'forecasts' : 'claims'} about \`${field}\` exclude each other, and no dispute sets them side by side.`,
      details: {
        field,
        count: claims.length,
        pairs: open.length,
        claims: shown.map(({ id, mode, value, claimedOn }) => ({
          ...{ claim: id, mode, value },
          ...(claimedOn !== undefined && { claimedOn }),
        })),
      },
    },
  ];
}
