import type { Task } from '../../../journal/analysis.js';
import type { Document } from '../../../journal/kind.js';
import { readNames } from '../../../journal/names.js';
import { resourceOf } from '../../index.js';
import { LIST_CONTENT, type ListContentArgs } from '../list-content.js';
import { presentOr } from '../present.js';
import { referredIds, withFields } from '../shape.js';
import { type AtomEntry, atomEntry } from './atom.js';
import { columnsOf } from './columns.js';
import { csvRow } from './csv.js';
import type { ListFormat } from './format.js';
import { featureText } from './geojson.js';
import { calendarEvent } from './icalendar.js';
import type { Rendering } from './rendering.js';

/** A page of a list to be written in a format, as plain data. */
export interface FormatPageArgs {
  list: ListContentArgs;
  format: ListFormat;
  fields: readonly string[] | undefined;
  /** Put before paths to make addresses. */
  base: string;
  /** Whether texts that a spreadsheet would take for formulas are made safe. */
  safe: boolean;
}

export interface FormatPage {
  /** How many records the page has. */
  size: number;
  /** The records in the format, one text each; those that cannot be written in it are left out. */
  parts: string[];
  /** The same for Atom. */
  entries: AtomEntry[];
  /** Sort values of the last record when there are more. */
  next: (string | number)[] | undefined;
}

/** Reads a page of a list and writes its records in a format: away from the thread that answers requests. */
export const LIST_IN_FORMAT: Task<FormatPageArgs, FormatPage> = {
  name: 'list in a format',
  async run(reader, args) {
    const { docs, next } = await LIST_CONTENT.run(reader, args.list);
    const page: FormatPage = { size: docs.length, parts: [], entries: [], next };
    if (args.format === 'ndjson') {
      const fields = args.fields && new Set(args.fields);
      return { ...page, parts: withFields(docs, fields).map((doc) => `${doc}\n`) };
    }
    const resource = resourceOf(args.list.collection);
    const documents = docs.map((doc) => JSON.parse(doc) as Document);
    const { pinned, revision } = args.list;
    const asOf = pinned ? revision : await presentOr(reader, revision);
    const names = await readNames(reader, referredIds(resource, documents), asOf);
    const rendering: Rendering = { resource, names, base: args.base };
    if (args.format === 'atom')
      return { ...page, entries: documents.map((document) => atomEntry(document, rendering)) };
    const write = writerOf(args, rendering);
    return { ...page, parts: documents.flatMap((document) => write(document) ?? []) };
  },
};

function writerOf(
  { format, fields, safe, list }: FormatPageArgs,
  rendering: Rendering,
): (document: Document) => string | undefined {
  if (format === 'ics') return (document) => calendarEvent(document, rendering);
  const columns = columnsOf(list.collection, fields);
  if (format === 'csv') return (document) => csvRow(document, columns, rendering, safe);
  return (document) => featureText(document, columns, rendering);
}
