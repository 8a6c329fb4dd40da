import type { Kinds } from '../journal/kind.js';
import type { ResourceType } from '../shared/ids.js';
import { actors } from './actors/index.js';
import { agreements } from './agreements/index.js';
import { areas } from './areas/index.js';
import { claims } from './claims/index.js';
import { commitments } from './commitments/index.js';
import { disputes } from './disputes/index.js';
import { events } from './events/index.js';
import type { Resource } from './resource.js';
import { sources } from './sources/index.js';

/** The eight resources, in the order in which they are shown. */
export const resources: readonly Resource[] = [
  events,
  actors,
  agreements,
  commitments,
  areas,
  sources,
  claims,
  disputes,
];

/** The resource whose records are of a type. */
export function resourceOfType(type: ResourceType): Resource {
  const resource = resources.find((each) => each.type === type);
  if (resource === undefined) throw new Error(`no resource of type ${type}`);
  return resource;
}

export const kinds: Kinds = new Map(resources.map(({ kind }) => [kind.type, kind]));

export function resourceOf(collection: Resource['collection']): Resource {
  const resource = resources.find((each) => each.collection === collection);
  if (resource === undefined) throw new Error(`no resource ${collection}`);
  return resource;
}
