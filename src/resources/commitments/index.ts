import { defineResource } from '../resource.js';
import { commitmentFilters } from './commitments.filters.js';
import { deriveCommitment, projectCommitment } from './commitments.project.js';
import { commitmentViolations } from './commitments.rules.js';
import { commitmentDerived, commitmentFields } from './commitments.schema.js';

export const commitments = defineResource({
  type: 'commitment',
  collection: 'commitments',
  name: 'Commitment',
  description: 'What one or more actors promise, to whom, in which area, and how far it has come.',
  fields: commitmentFields,
  derived: commitmentDerived,
  edgeKind: 'kind',
  label: 'statement',
  derive: deriveCommitment,
  project: projectCommitment,
  violations: commitmentViolations,
  filters: commitmentFilters,
  sorts: ['-date', 'label', 'created', 'updated'],
  dates: 'the period, or else the due date, or else the first milestone',
  example: {
    slug: 'uk-2024-military',
    external: { scheme: 'chancery-seed', value: 'uk-2024-military' },
    list: { promisor: 'united-kingdom' },
    create: {
      slug: 'example-pledge',
      statement: 'Training of two hundred cyber security specialists',
      kind: 'training',
      promisors: ['united-kingdom'],
      beneficiaries: ['ukraine'],
      areas: ['cyber-security'],
      amount: { value: '2500000', currency: 'GBP', qualifier: 'up-to', basis: 'total' },
      milestones: [{ stage: 'pledged', on: '2025-02' }],
    },
    patch: { dueOn: '2026' },
  },
});
