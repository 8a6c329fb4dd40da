import type { Reader } from '../../db/store.js';
import type { Document, Json } from '../../journal/kind.js';
import type { ResourceType } from '../../shared/ids.js';
import type { Step, World } from './world.js';

/** How much a finding matters, the gravest first. */
export const SEVERITIES = {
  error: 'Cannot be so: the records contradict themselves or one another on any reading.',
  warning: 'Very likely wrong, or words that no longer stand where they were quoted from.',
  notice: 'May be right, but deserves a look: so on some readings of the dates, or by likeness alone.',
} as const;
export type Severity = keyof typeof SEVERITIES;

/** What a rule finds. It rests on records and nothing else, so the same records always give the same finding. */
export interface Found {
  severity: Severity;
  /**
   * The records that it is found on: checking any one of them finds it, and a change of one checks it again. The first
   * is the record that it is mainly about, and the one that an acknowledgement is kept with.
   */
  owners: readonly [string, ...string[]];
  /** Other records that it involves, each once. */
  involves: readonly string[];
  /** What tells it from other findings of the rule on the same owners: a JSON Pointer, a stage, the id of a record. */
  key: string;
  /** One sentence in plain words, made of what `details` hold alone: no label of a record, since these may change. */
  message: string;
  /** All that it rests on: pointers into the first owner, the dates and the values compared, ids of the records involved. */
  details: { readonly [name: string]: Json };
}

/** How a change of another record reaches the records that a rule is checked on. */
export interface Dependency {
  on: ResourceType;
  /** Only when one of these fields is another than before; any when left out. Creating and deleting change all. */
  fields?: readonly string[];
  /** From the changed record, with the edges it had before as well as those it has now, to the records to be checked. */
  path: readonly [Step, ...Step[]];
}

/** A record that was written, as it was before and as it is now; undefined when it was not there, or is no more. */
export interface Rewritten {
  id: string;
  before: Document | undefined;
  now: Document | undefined;
}

/** One thing that the knowledge base checks itself for. */
export interface Rule {
  /** In kebab-case: `office-not-held`. */
  name: string;
  title: string;
  /** What it finds, in a sentence or two. */
  description: string;
  severities: readonly Severity[];
  /** The types of records that it is checked on; a change of one of them checks it again. */
  of: readonly ResourceType[];
  /** What else it reads, and so depends on. Together with `of` and `reach` these must cover everything `check` looks at. */
  dependencies: readonly Dependency[];
  /** Where no edges lead to them: the ids of others of these types that changed records of them have an effect on. */
  reach?(changes: readonly Rewritten[], reader: Reader): Promise<string[]>;
  /** What it finds on some records, at most 200 of the types in `of`. A few queries for all of them together. */
  check(records: readonly Document[], world: World): Promise<Found[]>;
}

/** One more with each change of what a rule finds, so that everything is checked again by the program that has it. */
export const RULESET = 2;
