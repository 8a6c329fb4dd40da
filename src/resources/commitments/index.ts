import { defineResource } from '../resource.js';
import { begunCondition } from '../valid-on.filters.js';
import { commitmentFilters } from './commitments.filters.js';
import { commitmentOnDay, commitmentViewed } from './commitments.on-day.js';
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
  reservedSlugs: ['totals'],
  edgeKind: 'kind',
  label: 'statement',
  derive: deriveCommitment,
  project: projectCommitment,
  violations: commitmentViolations,
  takesOver: { lists: ['assessments'] },
  filters: commitmentFilters,
  sorts: ['-date', 'label', 'created', 'updated'],
  dates: 'the period, or else the due date, or else the first milestone',
  validOn: {
    keeps:
      '`stage` is then the stage of the latest milestone on or before that day. Otherwise commitments whose period covers that day or that had reached any milestone by then.',
    edges: [],
    stage: 'stage',
    otherwise: (on) => begunCondition(on, true),
    view: commitmentOnDay,
    viewed: commitmentViewed,
  },
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
