import { AFFECTED } from './insight/findings/affected.js';
import { CHECK } from './insight/findings/check.js';
import { GRAPH } from './insight/graph.js';
import { SEARCH } from './insight/search.js';
import { STATS } from './insight/stats.js';
import { SUGGEST } from './insight/suggest.js';
import { TIMELINE } from './insight/timeline.js';
import { TOTALS } from './insight/totals.js';
import type { Task } from './journal/analysis.js';
import { FACETS } from './resources/operations/facets.js';
import { LIST_IN_FORMAT } from './resources/operations/formats/page.js';
import { LIST_CONTENT } from './resources/operations/list-content.js';
import { PROVENANCE } from './resources/operations/provenance-content.js';
import { DIGEST } from './sync/digest.js';
import { SNAPSHOT_PAGE } from './sync/snapshot.js';

/** Every reading that may run in a thread of its own; one that is not listed here is not found there. */
export const TASKS: readonly Task<never, unknown>[] = [
  LIST_CONTENT,
  LIST_IN_FORMAT,
  FACETS,
  SEARCH,
  SUGGEST,
  TIMELINE,
  TOTALS,
  STATS,
  GRAPH,
  AFFECTED,
  CHECK,
  PROVENANCE,
  DIGEST,
  SNAPSHOT_PAGE,
];
