import { defineResource } from '../resource.js';
import { begunCondition } from '../valid-on.filters.js';
import { BINDING_ROLES } from './agreements.bound.js';
import { agreementFilters } from './agreements.filters.js';
import { agreementOnDay, agreementViewed } from './agreements.on-day.js';
import { deriveAgreement, projectAgreement } from './agreements.project.js';
import { agreementDerived, agreementFields } from './agreements.schema.js';

export const agreements = defineResource({
  type: 'agreement',
  collection: 'agreements',
  name: 'Agreement',
  description: 'A treaty, declaration or other text that parties agree upon, with its stages.',
  fields: agreementFields,
  derived: agreementDerived,
  edgeKind: 'status',
  label: 'title',
  derive: deriveAgreement,
  project: projectAgreement,
  takesOver: {
    lists: ['altTitles'],
    names: { field: 'altTitles', from: ['title', 'officialTitle'], entry: (title) => title },
  },
  filters: agreementFilters,
  sorts: ['-date', 'label', 'created', 'updated'],
  dates: 'the date of signature, or else of the latest milestone',
  validOn: {
    keeps:
      '`status` is then the stage of the latest milestone on or before that day, `party` and `role` are about whom it bound on that day. Otherwise agreements that had reached any milestone by then.',
    edges: ['party'],
    roles: BINDING_ROLES,
    stage: 'status',
    otherwise: (on) => begunCondition(on, false),
    view: agreementOnDay,
    viewed: agreementViewed,
  },
  example: {
    slug: 'g7-joint-declaration-2023',
    external: { scheme: 'chancery-seed', value: 'g7-joint-declaration-2023' },
    list: { party: 'ukraine' },
    create: {
      slug: 'example-arrangement',
      title: 'Example arrangement on cyber security',
      legalForm: 'arrangement',
      bindingness: 'political',
      duration: 'P5Y',
      parties: [{ actor: 'ukraine', role: 'party' }],
      milestones: [{ stage: 'under-negotiation', on: '2025-02' }],
      areas: ['cyber-security'],
    },
    patch: {
      milestones: [
        { stage: 'under-negotiation', on: '2025-02' },
        { stage: 'signed', on: '2025-03-01' },
      ],
    },
  },
});
