import { and, gte, isNotNull, lte, or } from 'drizzle-orm';
import { columnOf } from '../../db/conditions.js';
import { invalidParameter } from '../../problems.js';
import {
  codeFilter,
  commonFilters,
  edgeFilter,
  type Filter,
  patternFilter,
  type ValueFilter,
} from '../common.filters.js';
import { EVENT_STATUSES, PARTICIPANT_ROLES } from './events.schema.js';
import { EVENT_KINDS } from './kinds.js';

const NUMBER = /^-?[0-9]{1,3}(?:\.[0-9]{1,10})?$/;
const BBOX_FORM = 'must be west,south,east,north in degrees, such as 22,44,41,53';

/** A box on the globe; one whose west is greater than its east crosses the antimeridian. */
const bbox: ValueFilter = {
  sort: 'value',
  name: 'bbox',
  description: 'Events with a position in this box: west,south,east,north in degrees (WGS 84).',
  example: '22,44,41,53',
  alternatives: false,
  condition: ([text = '']) => {
    const parts = text.split(',');
    if (parts.length !== 4 || !parts.every((part) => NUMBER.test(part)))
      throw invalidParameter('bbox', BBOX_FORM, 'invalid-format');
    const [west = 0, south = 0, east = 0, north = 0] = parts.map(Number);
    const inRange = Math.abs(west) <= 180 && Math.abs(east) <= 180 && Math.abs(south) <= 90 && Math.abs(north) <= 90;
    if (!inRange || south > north) throw invalidParameter('bbox', BBOX_FORM, 'out-of-range');
    const crosses = west > east;
    return {
      shape: `bbox${crosses ? ' crossing' : ''}`,
      values: [west, south, east, north],
      build: (_t, record, _when, [w, s, e, n]) => {
        const [latitude, longitude] = [columnOf(record, 'latitude'), columnOf(record, 'longitude')];
        if (!w || !s || !e || !n) return undefined;
        const within = crosses ? or(gte(longitude, w), lte(longitude, e)) : and(gte(longitude, w), lte(longitude, e));
        return and(isNotNull(latitude), gte(latitude, s), lte(latitude, n), within);
      },
    };
  },
};

export const eventFilters: readonly Filter[] = [
  codeFilter('kind', 'kind', Object.keys(EVENT_KINDS), 'What sort of event.', 'consultation'),
  codeFilter('status', 'status', Object.keys(EVENT_STATUSES), 'Where the event stands.', 'concluded'),
  patternFilter(
    'country',
    'country',
    /^[A-Z]{2}$/,
    'an ISO 3166-1 alpha-2 code in capitals',
    'Where it happened: ISO 3166-1 alpha-2.',
    'UA',
  ),
  edgeFilter('actor', 'actor', 'Events that this actor took part in, acted for or held an office in.', 'ukraine'),
  {
    sort: 'qualifier',
    name: 'role',
    of: 'actor',
    allowed: Object.keys(PARTICIPANT_ROLES),
    description: 'The role of `actor`; without `actor`, of anybody.',
    example: 'host',
  },
  edgeFilter('onBehalfOf', 'actor', 'Events in which somebody acted for this actor.', 'ukraine', 'on-behalf-of'),
  {
    ...edgeFilter(
      'area',
      'area',
      'Events with this area, or one that is narrower, on the agenda.',
      'cyber-security',
      'area',
    ),
    spread: 'tree',
  },
  edgeFilter('agreement', 'agreement', 'Events related to this agreement.', 'g7-joint-declaration-2023'),
  bbox,
  ...commonFilters,
];
