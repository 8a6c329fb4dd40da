import { defineResource } from '../resource.js';
import { areaFilters } from './areas.filters.js';
import { projectArea } from './areas.project.js';
import { areaViolations } from './areas.rules.js';
import { areaFields } from './areas.schema.js';

export const areas = defineResource({
  type: 'area',
  collection: 'areas',
  name: 'Area',
  description: 'A field of co-operation, in a tree from broad to narrow.',
  fields: areaFields,
  label: 'label',
  project: projectArea,
  violations: areaViolations,
  takesOver: { lists: ['altLabels'], names: { field: 'altLabels', from: ['label'], entry: (label) => label } },
  filters: areaFilters,
  sorts: ['label', 'created', 'updated'],
  example: {
    slug: 'cyber-security',
    external: { scheme: 'chancery-seed', value: 'cyber-security' },
    list: {},
    create: {
      slug: 'example-area',
      label: 'Example area',
      definition: 'An area made up for trying the service.',
      broader: 'cyber-security',
    },
    patch: { altLabels: ['Sample area'] },
  },
});
