import { codeFilter, commonFilters, edgeFilter, type Filter, patternFilter } from '../common.filters.js';
import { ACTOR_KINDS, MEMBERSHIP_ROLES } from './actors.schema.js';

export const actorFilters: readonly Filter[] = [
  codeFilter('kind', 'kind', Object.keys(ACTOR_KINDS), 'What sort of actor.', 'person'),
  patternFilter(
    'country',
    'country',
    /^[A-Z]{2}$/,
    'an ISO 3166-1 alpha-2 code in capitals',
    'The state it is or belongs to: ISO 3166-1 alpha-2.',
    'UA',
  ),
  edgeFilter('memberOf', 'actor', 'Actors that belong or belonged to this organization or bloc.', 'g7', 'member-of'),
  {
    sort: 'qualifier',
    name: 'role',
    of: 'memberOf',
    allowed: Object.keys(MEMBERSHIP_ROLES),
    description: 'The capacity in `memberOf`.',
    example: 'member',
  },
  edgeFilter(
    'holds',
    'actor',
    'Persons who hold or held this office.',
    'minister-of-foreign-affairs-of-ukraine',
    'term-in',
  ),
  edgeFilter('partOf', 'actor', 'Offices and bodies of this state or organization.', 'ukraine', 'part-of'),
  ...commonFilters,
];
