import { TypeID } from 'typeid-js';
import { v5 } from 'uuid';
import type { Document } from '../../../journal/kind.js';
import { categoriesOf, eventText } from './event-text.js';
import { FORMATS } from './format.js';
import { addressOf, printable, type Rendering, textOf } from './rendering.js';
import { xmlText } from './xml.js';

/** An entry of a feed as plain data. */
export interface AtomEntry {
  id: string;
  title: string;
  published: string;
  updated: string;
  href: string;
  summary: string | undefined;
  content: string;
  categories: string[];
}

export interface AtomFeed {
  /** Address of this page, of the first page, and of the next one. */
  self: string;
  first: string;
  next: string | undefined;
  /** For a feed without entries. */
  updated: string;
  entries: readonly AtomEntry[];
}

export function atomEntry(event: Document, rendering: Rendering): AtomEntry {
  const summary = textOf(event, 'summary');
  return {
    id: `urn:uuid:${TypeID.fromString(event.id).toUUID()}`,
    title: printable(textOf(event, 'title') ?? ''),
    published: event.createdAt,
    updated: event.updatedAt,
    href: addressOf(rendering.base, event.id),
    summary: summary === undefined ? undefined : printable(summary),
    content: printable(eventText(event, rendering)),
    categories: categoriesOf(event, rendering).map(oneLine),
  };
}

/** An Atom feed (RFC 4287) as XML text. */
export function atomText({ self, first, next, updated, entries }: AtomFeed): string {
  const link = (rel: string, href: string, type: string = FORMATS.atom) => ({
    '@rel': rel,
    '@href': href,
    '@type': type,
  });
  const changes = entries.map((entry) => entry.updated).sort();
  const feed = {
    '@xmlns': 'http://www.w3.org/2005/Atom',
    id: `urn:uuid:${v5(first, v5.URL)}`,
    title: 'Diplomatic events',
    updated: changes.at(-1) ?? updated,
    author: { name: 'Chancery' },
    generator: 'Chancery',
    link: [link('self', self), link('first', first), ...(next === undefined ? [] : [link('next', next)])],
    entry: entries.map((entry) => ({
      id: entry.id,
      title: entry.title,
      published: entry.published,
      updated: entry.updated,
      link: link('alternate', entry.href, FORMATS.json),
      category: entry.categories.map((term) => ({ '@term': term })),
      ...(entry.summary !== undefined && { summary: entry.summary }),
      content: { '@type': 'text', '#text': entry.content },
    })),
  };
  return xmlText({ feed });
}

/** For attributes, in which XML makes spaces of line ends. */
function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ');
}
