import type { Document, Json } from '../../../journal/kind.js';
import { dateInWords, isoAsKnown } from '../../../shared/edtf-words.js';
import { placeOf, textOf } from './rendering.js';

/** Properties of a node; those that are undefined or empty are left out. */
export type Node = { [property: string]: Json | undefined };

/** What describing a record needs beside it. */
export interface Linked {
  base: string;
  /** The record that a reference names, by address, type and name. */
  node(id: Json | undefined): Node | undefined;
}

/** Properties by the text fields that they are taken from. */
export function renamed(document: Document, fields: Readonly<Record<string, string>>): Node {
  return Object.fromEntries(Object.entries(fields).map(([property, field]) => [property, textOf(document, field)]));
}

/** The nodes of some references. */
export function nodesOf(ids: readonly (Json | undefined)[], linked: Linked): Json[] {
  return ids.flatMap((id) => (linked.node(id) ?? []) as Json[]);
}

/** An object without the properties that are undefined. */
export function compact(node: Node): Json {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined)) as Json;
}

/** Start and end as precise as they are known, under the given names. */
export function spanOf(date: string | undefined, start: string, end: string): Node {
  if (date === undefined) return {};
  const [from = '', to] = date.split('/');
  return { [start]: isoAsKnown(from), [end]: to === undefined ? undefined : isoAsKnown(to) };
}

/** A date that plain ISO 8601 cannot say, kept as it was written and in words. */
export function edtfProperty(name: string, date: string | undefined): Json[] {
  if (date === undefined) return [];
  const propertyID = 'https://www.loc.gov/standards/datetime/';
  return [{ '@type': 'PropertyValue', name, propertyID, value: date, description: dateInWords(date) }];
}

export function placeNode(document: Document): Json | undefined {
  const place = placeOf(document);
  if (place === undefined) return undefined;
  const { name, country, latitude, longitude } = place;
  return compact({
    '@type': 'Place',
    name,
    address: country === undefined ? undefined : { '@type': 'PostalAddress', addressCountry: country },
    geo: latitude === undefined ? undefined : compact({ '@type': 'GeoCoordinates', latitude, longitude }),
  });
}
