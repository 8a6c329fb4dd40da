import { codeFilter, commonFilters, type Filter, patternFilter } from '../common.filters.js';
import { SOURCE_KINDS } from './sources.schema.js';

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
  ...commonFilters,
];
