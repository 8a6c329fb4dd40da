import type { Document } from '../../../journal/kind.js';
import type { Column } from './columns.js';
import { placeOf, type Rendering } from './rendering.js';

/** An event with a position as the JSON text of a GeoJSON Feature (RFC 7946); properties are flat, as columns of CSV. */
export function featureText(document: Document, columns: readonly Column[], { names }: Rendering): string {
  const { longitude = 0, latitude = 0 } = placeOf(document) ?? {};
  const properties = columns
    .filter(({ name }) => name !== 'latitude' && name !== 'longitude')
    .map((column) => [column.name, column.value(document, names) ?? null]);
  return JSON.stringify({
    type: 'Feature',
    id: document.id,
    geometry: { type: 'Point', coordinates: [longitude, latitude] },
    properties: Object.fromEntries(properties),
  });
}
