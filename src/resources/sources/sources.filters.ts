import { lte } from 'drizzle-orm';
import { columnOf } from '../../db/conditions.js';
import { codeFilter, commonFilters, type Filter, patternFilter, reliabilityFilter } from '../common.filters.js';
import { STANDINGS } from '../vocabulary.js';
import { SOURCE_KINDS } from './sources.schema.js';

const ownReliability = reliabilityFilter(
  'Sources at least this reliable, `A` first; those without a reliability do not fit.',
  (_t, record, _when, level) => lte(columnOf(record, 'reliability'), level),
);

export const sourceFilters: readonly Filter[] = [
  codeFilter('kind', 'kind', Object.keys(SOURCE_KINDS), 'What sort of source.', 'official'),
  patternFilter(
    'language',
    'language',
    /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/,
    'a BCP 47 language tag',
    'Language, as a BCP 47 tag.',
    'en',
  ),
  codeFilter('standing', 'standing', Object.keys(STANDINGS), 'Whether it was retracted.', 'standing'),
  ...commonFilters.map((filter) => (filter.name === ownReliability.name ? ownReliability : filter)),
];
