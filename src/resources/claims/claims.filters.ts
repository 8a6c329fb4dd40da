import { codeFilter, commonFilters, edgeFilter, type Filter, patternFilter } from '../common.filters.js';
import { STANDINGS } from '../vocabulary.js';
import { CERTAINTIES, CLAIM_KINDS, RANKS } from './claims.schema.js';

export const claimFilters: readonly Filter[] = [
  edgeFilter(
    'about',
    'any',
    'Claims about this record; a slug may be written `events/some-slug`.',
    'events/us-ua-consultations-2025-01',
    'about',
  ),
  patternFilter(
    'field',
    'field',
    /^[a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*)*$/,
    'a field name',
    'Claims about this property of the record.',
    'date',
  ),
  codeFilter('kind', 'kind', Object.keys(CLAIM_KINDS), 'What sort of claim.', 'forecast'),
  codeFilter('certainty', 'certainty', Object.keys(CERTAINTIES), 'How the source puts it.', 'tentative'),
  codeFilter('rank', 'rank', Object.keys(RANKS), 'How the claim ranks.', 'normal'),
  codeFilter('standing', 'standing', Object.keys(STANDINGS), 'Whether its author still holds it.', 'standing'),
  edgeFilter(
    'attributedTo',
    'actor',
    'Claims that the source attributes to this actor.',
    'unnamed-analysts',
    'attributed-to',
  ),
  edgeFilter('actor', 'actor', 'Claims about or attributed to this actor.', 'dmytro-kuleba'),
  ...commonFilters,
];
