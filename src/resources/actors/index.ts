import { defineResource } from '../resource.js';
import { existsCondition } from '../valid-on.filters.js';
import { actorFilters } from './actors.filters.js';
import { actorOnDay, actorViewed } from './actors.on-day.js';
import { projectActor } from './actors.project.js';
import { actorViolations } from './actors.rules.js';
import { actorFields } from './actors.schema.js';

export const actors = defineResource({
  type: 'actor',
  collection: 'actors',
  name: 'Actor',
  description: 'A state, organization, body, office, person or other that acts or is acted upon.',
  fields: actorFields,
  edgeKind: 'kind',
  label: 'name',
  project: projectActor,
  violations: actorViolations,
  takesOver: {
    lists: ['names', 'memberships', 'terms'],
    names: { field: 'names', from: ['name'], entry: (value) => ({ value, kind: 'alias' }) },
  },
  filters: actorFilters,
  sorts: ['label', 'date', 'created', 'updated'],
  dates: 'the time of its existence',
  validOn: {
    keeps:
      'With `memberOf`, `role` or `holds`: those whose membership or term ran on that day. Otherwise those that existed on it, as all may have of whose existence nothing is said.',
    edges: ['memberOf', 'holds'],
    otherwise: existsCondition,
    view: actorOnDay,
    viewed: actorViewed,
  },
  example: {
    slug: 'ukraine',
    list: { kind: 'state' },
    external: { scheme: 'iso3166-1-alpha-2', value: 'UA' },
    create: {
      slug: 'example-ministry',
      kind: 'government-body',
      name: 'Example Ministry',
      country: 'UA',
      partOf: 'ukraine',
      names: [{ value: 'ExMin', kind: 'short' }],
    },
    patch: { description: 'A ministry made up for trying the service.' },
  },
});
