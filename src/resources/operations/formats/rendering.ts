import type { Document, Json } from '../../../journal/kind.js';
import type { Named } from '../../../journal/names.js';
import { typeOfId } from '../../../shared/ids.js';
import type { Resource } from '../../resource.js';

/** What writing a document in a format needs beside the document. */
export interface Rendering {
  resource: Resource;
  /** What the records that the documents refer to are called, by id. */
  names: ReadonlyMap<string, Named>;
  /** Put before paths to make addresses. */
  base: string;
}

/** The address of a record, which does not change when its slug does. */
export function addressOf(base: string, id: string): string {
  return `${base}/v1/${typeOfId(id)}s/${id}`;
}

export function labelOf({ names }: Pick<Rendering, 'names'>, id: string): string {
  return names.get(id)?.label ?? id;
}

type Entry = { [field: string]: Json };

/** The objects or texts of a list field; none when it is absent. */
export function entriesOf(document: Document, field: string): Entry[] {
  return (document[field] ?? []) as Entry[];
}

export function textsOf(document: Document, field: string): string[] {
  return (document[field] ?? []) as string[];
}

/** A text field; undefined when it is absent. */
export function textOf(document: Document, field: string): string | undefined {
  return (document[field] ?? undefined) as string | undefined;
}

export interface DocumentPlace {
  name: string;
  country?: string;
  latitude?: number;
  longitude?: number;
  online?: boolean;
}

export function placeOf(document: Document): DocumentPlace | undefined {
  return document.place as DocumentPlace | undefined;
}

/** Text without the controls that neither XML nor iCalendar can hold, with line feeds alone between lines. */
export function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]|[\ufffe\uffff]/gu, '\ufffd');
}
