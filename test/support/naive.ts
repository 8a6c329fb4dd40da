import { parseEdtf } from '../../src/shared/edtf.js';
import type { AnyJson } from './client.js';
import type { Inspection } from './inspect.js';
import { naiveRestsOn, naiveSupported, sourcesOf } from './naive-support.js';

/** What a filter needs to know beside the document: ids of references, the tree of areas, what is contested. */
export interface World {
  /** Id of a record by `collection/slug`. */
  id(ref: string): string;
  /** Documents of all areas then. */
  areas: readonly AnyJson[];
  /** Ids that open disputes were about then. */
  contested: ReadonlySet<string>;
  /** Documents of all sources then, by id. */
  sources: ReadonlyMap<string, AnyJson>;
}

/** The world as a service knew it then; `ids` names records by `collection/slug`. */
export async function worldAt(db: Inspection, ids: ReadonlyMap<string, string>, revision: number): Promise<World> {
  const open = (await db.stateAt('dispute', revision)).filter(({ doc }) => doc.preferred === undefined);
  return {
    id: (ref) => ids.get(ref) ?? `no ${ref}`,
    areas: (await db.stateAt('area', revision)).map(({ doc }) => doc),
    sources: new Map((await db.stateAt('source', revision)).map(({ doc }) => [doc.id, doc])),
    contested: new Set(open.flatMap(({ doc }) => doc.about as string[])),
  };
}

export type Query = readonly (readonly [name: string, value: string])[];

type Test = (event: AnyJson) => boolean;

/** The filters of events, worked out on documents in memory from nothing but the contract. */
export function fits(query: Query, world: World): Test {
  const tests = query.map(([name, value]) => testOf(name, value, query, world));
  return (event) => tests.every((test) => test(event));
}

const mentions = (id: string) => (event: AnyJson) => event.id !== id && JSON.stringify(event).includes(id);

function testOf(name: string, value: string, query: Query, world: World): Test {
  const values = value.split(',');
  switch (name) {
    case 'kind':
    case 'status':
    case 'method':
      return (event) => values.includes(event[name]);
    case 'country':
      return (event) => values.includes(event.place?.country);
    case 'tag':
      return (event) => values.some((tag) => event.tags.includes(tag));
    case 'externalScheme':
      return (event) => event.externalIds.some((id: AnyJson) => values.includes(id.scheme));
    case 'actor':
      return actorTest(values, query, world);
    case 'role':
      return roleTest(values, query);
    case 'onBehalfOf':
      return (event) =>
        event.participants.some((p: AnyJson) => values.some((ref) => p.onBehalfOf === world.id(`actors/${ref}`)));
    case 'area':
      return areaTest(values, query, world);
    case 'agreement':
      return (event) => values.some((ref) => mentions(world.id(`agreements/${ref}`))(event));
    case 'source':
      return (event) => values.some((ref) => mentions(world.id(`sources/${ref}`))(event));
    case 'relatedTo':
      return (event) => values.some((ref) => mentions(world.id(ref))(event));
    case 'contested':
      return (event) => String(world.contested.has(event.id)) === value;
    case 'supported':
      return (event) => values.includes(naiveSupported('events', event));
    case 'restsOn':
      return (event) => values.includes(naiveRestsOn(event, (id) => world.sources.get(id)?.standing === 'retracted'));
    case 'minReliability':
      return (event) => sourcesOf(event).some((id) => isAtLeast(value, world.sources.get(id)));
    case 'updatedAfter':
      return (event) => Date.parse(event.updatedAt) > Date.parse(value);
    case 'bbox':
      return boxTest(value);
    case 'from':
    case 'to':
      return dateTest(name, value, query);
    default:
      return () => true;
  }
}

const isAtLeast = (level: string, source: AnyJson) =>
  source?.standing === 'standing' && source.reliability !== undefined && source.reliability <= level;

function actorTest(values: readonly string[], query: Query, world: World): Test {
  const ids = values.map((ref) => world.id(`actors/${ref}`));
  const roles = query.filter(([name]) => name === 'role').map(([, value]) => value.split(','));
  if (roles.length === 0) return (event) => ids.some((id) => mentions(id)(event));
  return (event) =>
    roles.every((some) => event.participants.some((p: AnyJson) => ids.includes(p.actor) && some.includes(p.role)));
}

function roleTest(values: readonly string[], query: Query): Test {
  if (query.some(([name]) => name === 'actor')) return () => true;
  return (event) => event.participants.some((p: AnyJson) => values.includes(p.role));
}

function areaTest(values: readonly string[], query: Query, world: World): Test {
  const wanted = new Set(values.map((ref) => world.id(`areas/${ref}`)));
  const deep = !query.some(([name]) => name === 'areaDepth');
  for (let size = -1; deep && size !== wanted.size; ) {
    size = wanted.size;
    for (const area of world.areas) if (wanted.has(area.broader)) wanted.add(area.id);
  }
  return (event) => event.areas.some((id: string) => wanted.has(id));
}

function boxTest(value: string): Test {
  const [west = 0, south = 0, east = 0, north = 0] = value.split(',').map(Number);
  return ({ place }) => {
    if (place?.latitude === undefined) return false;
    const { latitude, longitude } = place;
    const within = west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
    return within && latitude >= south && latitude <= north;
  };
}

/** One bound of a date range against the days between which the event lies; an unknown end is no bound. */
function dateTest(name: 'from' | 'to', value: string, query: Query): Test {
  const certain = query.some(([other, mode]) => other === 'match' && mode === 'certain');
  const range = parseEdtf(value, 'any');
  if (!range.ok) throw new Error(range.message);
  return (event) => {
    const earliest = dayOf(event.earliest, Number.NEGATIVE_INFINITY);
    const latest = dayOf(event.latest, Number.POSITIVE_INFINITY);
    if (name === 'from') return (certain ? earliest : latest) >= (range.value.earliest ?? Number.NEGATIVE_INFINITY);
    return (certain ? latest : earliest) <= (range.value.latest ?? Number.POSITIVE_INFINITY);
  };
}

function dayOf(iso: string | null, missing: number): number {
  return iso === null ? missing : Date.parse(iso) / 86_400_000;
}
