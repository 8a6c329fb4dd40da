import { monthOfDay, yearOfDay } from '../shared/edtf.js';
import { truncate } from '../shared/text.js';
import { wordText } from '../shared/words.js';
import type { Document, Edge, Projection, RecordKind } from './kind.js';
import { occurrences } from './paths.js';

/** More than any record of ours has; PostgreSQL takes a megabyte of index words for one row. */
const MAX_CHARACTERS = 100_000;

/** The words that a version of a record is found by. */
export interface SearchText {
  label: string;
  names: string;
  body: string;
  refs: string;
}

/** Its label, its names, all prose with tags, external ids and the words of its text, and whom it points at. Pure. */
export function searchText(
  kind: RecordKind,
  doc: Document,
  projection: Projection,
  edges: readonly Edge[],
  textWords: string,
): SearchText {
  const prose = proseOf(kind, doc).map(({ text }) => text);
  const externalIds = (doc.externalIds as { value: string }[]).map(({ value }) => value);
  const actors = [...new Set(edges.map(({ target }) => target))].filter((target) => target.startsWith('actor_'));
  return {
    label: truncate(wordText(kind.label(doc)), MAX_CHARACTERS),
    names: joined(projection.names.map(({ value }) => value)),
    body: `${joined([...prose, ...(doc.tags as string[]), ...externalIds])} ${textWords}`.trim(),
    refs: [typeWord(kind.type), monthWord(monthOf(projection)), ...actors.map(actorWord)].join(' '),
  };
}

/** The texts of a document that people read, each with the JSON Pointer to it. */
export function proseOf(kind: RecordKind, doc: Document): { pointer: string; text: string }[] {
  return kind.prose.flatMap((path) =>
    occurrences(doc, path).map(({ pointer, value }) => ({ pointer, text: value as string })),
  );
}

/** The word in `refs` that stands for an actor: the part of its id that tells it from others. */
export function actorWord(id: string): string {
  return `x${id.slice(id.indexOf('_') + 1)}`;
}

/** The word in `refs` that stands for a type. No actor's word begins so. */
export function typeWord(type: string): string {
  return `t${type}`;
}

/** A month of a year, both as EDTF writes them; the year is empty, and the month, too, for what has no earliest day. */
export interface Month {
  year: string;
  month: string;
}

export const NO_MONTH: Month = { year: '', month: '' };

/** The word in `refs` that stands for the month in which a record sorts. No other begins so. */
export function monthWord({ year, month }: Month): string {
  return year === '' ? 'ynone' : `y${year.toLowerCase().replace('-', 'b')}m${month}`;
}

/** The month that a day lies in. */
export function monthAt(day: number): Month {
  return { year: yearOfDay(day), month: monthOfDay(day) };
}

function monthOf(projection: Projection): Month {
  const day = earliestOf(projection);
  return day === null ? NO_MONTH : monthAt(day);
}

/** The year of the first day that a record's date may begin on, as EDTF writes it; empty without one. */
export function yearOf(projection: Projection): string {
  const day = earliestOf(projection);
  return day === null ? '' : yearOfDay(day);
}

function earliestOf({ dates }: Projection): number | null {
  return dates?.earliest ?? null;
}

function joined(texts: readonly string[]): string {
  return truncate(texts.map(wordText).join(' '), MAX_CHARACTERS);
}
