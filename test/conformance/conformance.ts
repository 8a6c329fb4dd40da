import { describe } from 'vitest';
import type { Resource } from '../../src/resources/resource.js';
import { describeAccess } from './access.js';
import { describeAsOf } from './as-of.js';
import { describeBodies } from './bodies.js';
import { describeConditional } from './conditional.js';
import { useContext } from './context.js';
import { describeCreating } from './creating.js';
import { describeDeleting } from './deleting.js';
import { describeEvidence } from './evidence.js';
import { describeExternalIds } from './external-ids.js';
import { describeFilters } from './filters.js';
import { describeHistory } from './history.js';
import { describeIdempotency } from './idempotency.js';
import { describeLinks } from './links.js';
import { describeMerging } from './merging.js';
import { describeMirrored } from './mirrored.js';
import { describePaging } from './paging.js';
import { describeParameters } from './parameters.js';
import { describePatching } from './patching.js';
import { describeProvenance } from './provenance.js';
import { describeReading } from './reading.js';
import { describeReplacing } from './replacing.js';

/** All that every resource must do alike; the same tests for each of the eight. */
export function describeConformance(resource: Resource): void {
  describe(resource.collection, () => {
    const context = useContext(resource);
    describeCreating(context);
    describeReading(context);
    describeReplacing(context);
    describePatching(context);
    describeDeleting(context);
    describeMerging(context);
    describeConditional(context);
    describeAsOf(context);
    describeHistory(context);
    describeLinks(context);
    describePaging(context);
    describeParameters(context);
    describeFilters(context);
    describeEvidence(context);
    describeProvenance(context);
    describeExternalIds(context);
    describeIdempotency(context);
    describeBodies(context);
    describeMirrored(context);
    describeAccess(context);
  });
}
