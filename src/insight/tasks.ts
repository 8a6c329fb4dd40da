import type { Task } from '../journal/analysis.js';
import { LIST_CONTENT } from '../resources/operations/list-content.js';
import { SEARCH } from './search.js';
import { SUGGEST } from './suggest.js';

/** Every reading that may run in a thread of its own; one that is not listed here is not found there. */
export const TASKS: readonly Task<never, unknown>[] = [LIST_CONTENT, SEARCH, SUGGEST];
