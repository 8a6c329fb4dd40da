import { gte } from 'drizzle-orm';
import { columnOf } from '../../db/conditions.js';
import { invalidParameter } from '../../problems.js';
import { DECIMAL_PATTERN, decimalSortKey } from '../../shared/money.js';
import {
  codeFilter,
  commonFilters,
  edgeFilter,
  type Filter,
  patternFilter,
  type ValueFilter,
} from '../common.filters.js';
import { BINDINGNESS } from '../vocabulary.js';
import { COMMITMENT_KINDS, COMMITMENT_STAGES } from './commitments.schema.js';

const minAmount: ValueFilter = {
  sort: 'value',
  name: 'minAmount',
  description: 'Commitments with an amount of at least this, in their own currency; give `currency` with it.',
  example: '1000000000',
  needs: 'currency',
  alternatives: false,
  condition: ([value = '']) => {
    if (!DECIMAL_PATTERN.test(value))
      throw invalidParameter('minAmount', 'must be a decimal such as 1000000000 or 1.5', 'invalid-format');
    return {
      shape: 'minAmount',
      values: [decimalSortKey(value)],
      build: (_t, record, _when, [least]) => least && gte(columnOf(record, 'amountKey'), least),
    };
  },
};

export const commitmentFilters: readonly Filter[] = [
  codeFilter('kind', 'kind', Object.keys(COMMITMENT_KINDS), 'What sort of promise.', 'financial'),
  codeFilter('stage', 'stage', Object.keys(COMMITMENT_STAGES), 'Stage of the latest milestone.', 'pledged'),
  codeFilter('bindingness', 'bindingness', Object.keys(BINDINGNESS), 'In which sense it binds.', 'political'),
  edgeFilter('promisor', 'actor', 'Commitments that this actor makes.', 'germany', 'promisor'),
  edgeFilter('beneficiary', 'actor', 'Commitments that benefit this actor.', 'ukraine', 'beneficiary'),
  edgeFilter('actor', 'actor', 'Commitments that this actor makes, benefits from or assessed.', 'ukraine'),
  edgeFilter('agreement', 'agreement', 'Commitments that are part of this agreement or related to it.', 'uk-ua-2024'),
  {
    ...edgeFilter('area', 'area', 'Commitments in this area or one that is narrower.', 'air-defence', 'area'),
    spread: 'tree',
  },
  patternFilter(
    'currency',
    'currency',
    /^[A-Z]{3}$/,
    'an ISO 4217 code in capitals',
    'Currency of the amount: ISO 4217.',
    'EUR',
  ),
  minAmount,
  ...commonFilters,
];
