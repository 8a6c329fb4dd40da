import { defineResource } from '../resource.js';
import { disputeFilters } from './disputes.filters.js';
import { deriveDispute, projectDispute } from './disputes.project.js';
import { disputeViolations } from './disputes.rules.js';
import { disputeDerived, disputeFields } from './disputes.schema.js';

export const disputes = defineResource({
  type: 'dispute',
  collection: 'disputes',
  name: 'Dispute',
  description: 'Positions that cannot all be true, kept side by side with their sources.',
  fields: disputeFields,
  derived: disputeDerived,
  edgeKind: 'status',
  editorial: ['question', 'about', 'assessment', 'preferred', 'confidence'],
  label: 'question',
  derive: deriveDispute,
  project: projectDispute,
  violations: disputeViolations,
  takesOver: { lists: ['about'] },
  filters: disputeFilters,
  sorts: ['-updated', 'label', 'created'],
  example: {
    slug: 'kuleba-office',
    external: { scheme: 'chancery-seed', value: 'kuleba-office' },
    list: { about: 'actors/dmytro-kuleba' },
    create: {
      slug: 'example-dispute',
      question: 'In which month are the talks to be held?',
      about: ['events/us-ua-consultations-2025-01'],
      positions: [
        { key: 'january', statement: 'In January 2025.', value: '2025-01', citations: [{ source: 'seed-article' }] },
        { key: 'february', statement: 'In February 2025.', value: '2025-02', citations: [] },
      ],
    },
    patch: { preferred: 'january', confidence: 'low', assessment: 'Only one position has a source.' },
  },
});
