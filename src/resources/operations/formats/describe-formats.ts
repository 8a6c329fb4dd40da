import { z } from 'zod';
import type { Resource } from '../../resource.js';
import { columnsOf } from './columns.js';
import {
  FORMAT_OPTIONS,
  FORMATS,
  type Format,
  GRAPH_FORMATS,
  listFormats,
  optionNames,
  RECORD_FORMATS,
} from './format.js';
import { MAX_CALENDAR_EVENTS } from './icalendar.js';

const WORDS: Readonly<Record<Format, string>> = {
  json: '`json` (when absent): a page',
  ndjson: '`ndjson`: all that fit, one JSON document a line',
  csv: '`csv`: all that fit, flattened to a table',
  ics: `\`ics\`: all that fit, at most ${MAX_CALENDAR_EVENTS.toLocaleString('en')}, as a calendar`,
  atom: '`atom`: a page as a feed, what changed last first',
  geojson: '`geojson`: a page of those with a position',
  jsonld: '`jsonld`: linked data in the vocabulary of schema.org',
  graphml: '`graphml`: GraphML, as graph programs such as Gephi open it',
};

function formatParameter(formats: readonly Format[], words: Readonly<Record<Format, string>>, id: string) {
  const description = `Format of the answer, whatever \`Accept\` says. ${formats.map((name) => words[name]).join('; ')}.`;
  return z
    .enum(formats as [Format, ...Format[]])
    .optional()
    .meta({ description, param: { id } });
}

const listFormat = {
  any: formatParameter(listFormats('areas'), WORDS, 'ListFormat'),
  events: formatParameter(listFormats('events'), WORDS, 'EventListFormat'),
};

export const recordFormat = formatParameter(
  RECORD_FORMATS,
  { ...WORDS, json: '`json` (when absent): the record as it is stored' },
  'RecordFormat',
);

export const graphFormat = formatParameter(
  GRAPH_FORMATS,
  { ...WORDS, json: '`json` (when absent): nodes and edges' },
  'GraphFormat',
);

const option = (name: keyof typeof FORMAT_OPTIONS, description: string, id: string) =>
  z
    .enum([...FORMAT_OPTIONS[name].values])
    .optional()
    .meta({ description, param: { id } });

const options: Readonly<Record<string, z.ZodType>> = {
  spreadsheet: option(
    'spreadsheet',
    'With `format=csv` only. `safe` (when absent) puts an apostrophe before texts that a spreadsheet would take for a formula; `exact` leaves them.',
    'Spreadsheet',
  ),
  cancelled: option(
    'cancelled',
    'With `format=ics` only. Cancelled events: `include` (when absent) shows them as cancelled, `omit` leaves them out.',
    'Cancelled',
  ),
};

/** The parameters of a list that say in which format, and how it is written. */
export function formatParameters({ collection }: Resource): z.ZodRawShape {
  const names = optionNames(collection);
  return {
    format: collection === 'events' ? listFormat.events : listFormat.any,
    ...Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name))),
  };
}

const textOf = (description: string) => z.string().meta({ description });

const FeatureCollection = z
  .object({
    type: z.literal('FeatureCollection').meta({ description: 'Always `FeatureCollection`.' }),
    features: z
      .array(
        z
          .object({
            type: z.literal('Feature').meta({ description: 'Always `Feature`.' }),
            id: z.string().meta({ description: 'TypeID of the event.' }),
            geometry: z
              .object({
                type: z.literal('Point').meta({ description: 'Always `Point`.' }),
                coordinates: z.array(z.number()).length(2).meta({ description: 'Longitude and latitude, WGS 84.' }),
              })
              .meta({ description: 'Where it happened.' }),
            properties: z
              .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
              .meta({ description: 'The columns that CSV has, without the position.' }),
          })
          .meta({ id: 'EventFeature', description: 'An event with a position.' }),
      )
      .meta({ description: 'The events, in the order asked for.' }),
    next: z.string().nullable().meta({ description: 'Address of the next page; null on the last.' }),
    asOf: z.int().meta({ description: 'The revision that the answer is of.' }),
  })
  .meta({ id: 'EventFeatureCollection', description: 'A page of events as GeoJSON (RFC 7946).' });

const JsonLd = z
  .looseObject({
    '@context': z
      .literal('https://schema.org')
      .meta({ description: 'Names the vocabulary; nothing is to be fetched.' }),
    '@id': z.string().meta({ description: 'Address of the record.' }),
    '@type': z.string().meta({ description: 'Type in schema.org.' }),
  })
  .meta({ id: 'JsonLd', description: 'A record as JSON-LD in the vocabulary of schema.org.' });

const EVENT = {
  id: 'event_01jgfjjz00ebw87qz85ze2tz4e',
  slug: 'us-ua-consultations-2025-01',
  title: 'US–Ukraine security consultations planned for January 2025',
};

/** The answers of a list in other formats than JSON, by media type. */
export function listContent({ collection, example }: Resource): Record<string, object> {
  const columns = columnsOf(collection).map(({ name }) => name);
  const ndjson = {
    schema: textOf('One JSON document a line: each record as single reads give it, or the `fields` asked for.'),
    example: `{"id":"…","slug":"${example.slug}"}\n`,
  };
  const csv = {
    schema: textOf(`CSV (RFC 4180) in UTF-8 with a header row. Columns: ${columns.join(', ')}.`),
    example: `${columns.slice(0, 2).join()}\r\n…,${example.slug}\r\n`,
  };
  const any = { [FORMATS.ndjson]: ndjson, [FORMATS.csv]: csv };
  return collection === 'events' ? { ...any, ...eventContent } : any;
}

const eventContent = {
  [FORMATS.ics]: {
    schema: textOf('iCalendar (RFC 5545): one VEVENT for each event.'),
    example: `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Chancery//Events//EN\r\nBEGIN:VEVENT\r\nUID:${EVENT.id}\r\nSEQUENCE:0\r\nDTSTAMP:20250101T000000Z\r\nDTSTART;VALUE=DATE:20250101\r\nDTEND;VALUE=DATE:20250201\r\nSTATUS:TENTATIVE\r\nSUMMARY:${EVENT.title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
  },
  [FORMATS.atom]: {
    schema: textOf('Atom feed (RFC 4287): one entry for each event.'),
    example: `<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n  <id>http://127.0.0.1:3000/v1/events?format=atom</id>\n  <title>Diplomatic events</title>\n  <updated>2025-01-01T00:00:00.000Z</updated>\n  <author>\n    <name>Chancery</name>\n  </author>\n</feed>\n`,
  },
  [FORMATS.geojson]: {
    schema: FeatureCollection,
    example: {
      type: 'FeatureCollection',
      features: [
        {
          type: 'Feature',
          id: EVENT.id,
          geometry: { type: 'Point', coordinates: [25.28, 54.687] },
          properties: { id: EVENT.id, slug: EVENT.slug, title: EVENT.title, placeName: 'Vilnius' },
        },
      ],
      next: null,
      asOf: 769,
    },
  },
};

/** A graph as GraphML, by media type. */
export const graphContent = {
  [FORMATS.graphml]: {
    schema: textOf('GraphML 1.0: the same nodes and edges, every value declared with its type; `paths` is left out.'),
    example: `<?xml version="1.0" encoding="utf-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="node-label" for="node" attr.name="label" attr.type="string"/><graph id="graph" edgedefault="directed"><node id="${EVENT.id}"><data key="node-label">${EVENT.title}</data></node></graph></graphml>`,
  },
};

/** The answer of a single record as JSON-LD, by media type. */
export function recordContent({ collection, type }: Resource): Record<string, object> {
  const example = {
    '@context': 'https://schema.org',
    '@id': `http://127.0.0.1:3000/v1/${collection}/${type}_…`,
    '@type': 'Thing',
  };
  return {
    [FORMATS.jsonld]: { schema: JsonLd, example: collection === 'events' ? eventExample : example },
  };
}

const eventExample = {
  '@context': 'https://schema.org',
  '@id': `http://127.0.0.1:3000/v1/events/${EVENT.id}`,
  '@type': 'Event',
  name: EVENT.title,
  startDate: '2025-01',
};
