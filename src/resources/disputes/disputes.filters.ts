import { codeFilter, commonFilters, edgeFilter, type Filter } from '../common.filters.js';
import { DISPUTE_STATUSES } from './disputes.schema.js';

export const disputeFilters: readonly Filter[] = [
  codeFilter('status', 'status', Object.keys(DISPUTE_STATUSES), 'Whether a position is preferred.', 'open'),
  edgeFilter(
    'about',
    'any',
    'Disputes about this record; a slug may be written `actors/some-slug`.',
    'actors/dmytro-kuleba',
    'about',
  ),
  edgeFilter('actor', 'actor', 'Disputes about this actor.', 'dmytro-kuleba'),
  edgeFilter('agreement', 'agreement', 'Disputes about this agreement.', 'us-ua-2024'),
  ...commonFilters,
];
