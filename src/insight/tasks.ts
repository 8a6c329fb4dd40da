import type { Task } from '../journal/analysis.js';
import { FACETS } from '../resources/operations/facets.js';
import { LIST_IN_FORMAT } from '../resources/operations/formats/page.js';
import { LIST_CONTENT } from '../resources/operations/list-content.js';
import { PROVENANCE } from '../resources/operations/provenance-content.js';
import { AFFECTED } from './findings/affected.js';
import { CHECK } from './findings/check.js';
import { GRAPH } from './graph.js';
import { SEARCH } from './search.js';
import { STATS } from './stats.js';
import { SUGGEST } from './suggest.js';
import { TIMELINE } from './timeline.js';
import { TOTALS } from './totals.js';

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
];
