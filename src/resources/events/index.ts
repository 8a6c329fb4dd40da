import { defineResource } from '../resource.js';
import { eventFilters } from './events.filters.js';
import { deriveEvent, projectEvent } from './events.project.js';
import { eventDerived, eventFields } from './events.schema.js';

export const events = defineResource({
  type: 'event',
  collection: 'events',
  name: 'Event',
  description: 'Something that happened, or is said to happen, between actors: talks, a call, a signing, a statement.',
  fields: eventFields,
  derived: eventDerived,
  edgeKind: 'kind',
  editorial: ['coding'],
  label: 'title',
  derive: deriveEvent,
  project: projectEvent,
  takesOver: { lists: ['coding'] },
  filters: eventFilters,
  sorts: ['-date', 'label', 'created', 'updated'],
  dates: 'the date of the event',
  example: {
    slug: 'us-ua-consultations-2025-01',
    external: { scheme: 'chancery-seed', value: 'us-ua-consultations-2025-01' },
    list: { from: '2025-01', to: '2025-01' },
    create: {
      slug: 'example-call',
      kind: 'call',
      title: 'Example call between ministers',
      date: '2025-02-03',
      status: 'concluded',
      participants: [{ actor: 'ukraine', role: 'participant' }],
      areas: ['cyber-security'],
      citations: [{ source: 'seed-article', supports: ['participants'] }],
    },
    patch: { date: '2025-02-04', summary: 'The ministers spoke about cyber security.' },
  },
});
