import { defineResource } from '../resource.js';
import { claimFilters } from './claims.filters.js';
import { projectClaim } from './claims.project.js';
import { claimFields } from './claims.schema.js';

export const claims = defineResource({
  type: 'claim',
  collection: 'claims',
  name: 'Claim',
  description: 'A statement about a record that somebody makes in a source; claims may contradict one another.',
  fields: claimFields,
  defaults: { rank: 'normal', standing: 'standing' },
  edgeKind: 'kind',
  editorial: ['credibility', 'rank', 'standing'],
  label: 'statement',
  project: projectClaim,
  filters: claimFilters,
  sorts: ['-date', 'label', 'created', 'updated'],
  dates: 'the date on which it was claimed',
  example: {
    slug: 'art-event-consultations',
    external: { scheme: 'chancery-seed', value: 'art-event-consultations' },
    list: { about: 'events/us-ua-consultations-2025-01' },
    create: {
      slug: 'example-claim',
      about: 'events/us-ua-consultations-2025-01',
      field: 'date',
      value: '2025-02',
      kind: 'forecast',
      statement: 'The talks may slip into February.',
      attribution: 'observers',
      certainty: 'tentative',
      citations: [{ source: 'seed-article' }],
    },
    patch: { credibility: '5' },
  },
});
