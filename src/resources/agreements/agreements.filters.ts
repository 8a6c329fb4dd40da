import { codeFilter, commonFilters, edgeFilter, type Filter } from '../common.filters.js';
import { BINDINGNESS } from '../vocabulary.js';
import { AGREEMENT_STAGES, LEGAL_FORMS, PARTY_ROLES } from './agreements.schema.js';

export const agreementFilters: readonly Filter[] = [
  codeFilter('legalForm', 'legalForm', Object.keys(LEGAL_FORMS), 'Legal form.', 'joint-declaration'),
  codeFilter('bindingness', 'bindingness', Object.keys(BINDINGNESS), 'In which sense it binds.', 'political'),
  codeFilter('status', 'status', Object.keys(AGREEMENT_STAGES), 'Stage of the latest milestone.', 'signed'),
  edgeFilter('party', 'actor', 'Agreements that this actor is party to, in any role.', 'united-kingdom', 'party'),
  {
    sort: 'qualifier',
    name: 'role',
    of: 'party',
    allowed: Object.keys(PARTY_ROLES),
    description: 'The role of `party`.',
    example: 'party',
  },
  edgeFilter(
    'actor',
    'actor',
    'Agreements that this actor is party to, signed, or held an office in signing.',
    'ukraine',
  ),
  {
    ...edgeFilter('area', 'area', 'Agreements that cover this area or one that is narrower.', 'cyber-security', 'area'),
    spread: 'tree',
  },
  edgeFilter('agreement', 'agreement', 'Agreements related to this one.', 'g7-joint-declaration-2023'),
  ...commonFilters,
];
