import { defineResource } from '../resource.js';
import { sourceFilters } from './sources.filters.js';
import { projectSource } from './sources.project.js';
import { sourceFields, sourceKept } from './sources.schema.js';

export const sources = defineResource({
  type: 'source',
  collection: 'sources',
  name: 'Source',
  description: 'A text that statements are taken from: a report, a page, a data set.',
  fields: sourceFields,
  kept: sourceKept,
  defaults: { standing: 'standing' },
  edgeKind: 'kind',
  editorial: ['reliability', 'standing'],
  label: 'title',
  project: projectSource,
  filters: sourceFilters,
  sorts: ['-date', 'label', 'created', 'updated'],
  dates: 'the date of publication',
  example: {
    slug: 'seed-article',
    external: { scheme: 'chancery-seed', value: 'seed-article' },
    list: { kind: 'official' },
    create: {
      slug: 'example-report',
      title: 'Example report',
      kind: 'news',
      url: 'https://example.org/report',
      publishedOn: '2025-02-03',
      language: 'en',
    },
    patch: { reliability: 'C' },
  },
});
