import type { Store } from '../../db/store.js';
import type { Analyst } from '../../journal/analysis.js';
import type { Journal } from '../../journal/record.js';
import type { Clock } from '../../shared/clock.js';
import type { holdDocuments } from './held-documents.js';

/** What operations work with; made once, in `app.ts`. */
export interface Services {
  store: Store;
  /** For readings that may take long. */
  analyst: Analyst;
  journal: Journal;
  clock: Clock;
  documents: ReturnType<typeof holdDocuments>;
  /** Whether everybody may read. */
  publicRead: boolean;
  /** Put before links; empty makes them relative to the host. */
  baseUrl: string;
}

export const JSON_UTF8 = 'application/json; charset=utf-8';
