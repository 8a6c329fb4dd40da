import { z } from 'zod';
import { CONFLICTS } from '../journal/foreign.js';
import { RESOURCE_TYPES } from '../shared/ids.js';

const reasons = Object.entries(CONFLICTS)
  .map(([reason, meaning]) => `\`${reason}\`: ${meaning}`)
  .join(' ');
const instant = (description: string) => z.iso.datetime().nullable().meta({ description });

export const MirrorSchema = z
  .object({
    origin: z.string().meta({ description: 'Id of the instance that is pulled.' }),
    url: z.string().meta({ description: 'Its address.' }),
    types: z.array(z.enum(RESOURCE_TYPES)).nullable().meta({ description: 'Types that are pulled; null: all.' }),
    phase: z.enum(['snapshot', 'sweep', 'feed']).meta({
      description: '`feed`: changes are followed. Before that a snapshot is taken, and what it does not have goes.',
    }),
    revision: z.int().meta({ description: 'Its revision that is held here; 0 before one is.' }),
    lagRevisions: z.int().meta({ description: 'Revisions that it had beyond that when it last answered.' }),
    pulledAt: instant('When it last answered. RFC 3339, UTC.'),
    levelAt: instant('When all was held that it had then. RFC 3339, UTC.'),
    error: z.string().nullable().meta({ description: 'What went wrong last; null since it went well.' }),
    conflicts: z
      .record(z.string(), z.int())
      .meta({ description: `How many records are not held as they are there, by reason. ${reasons}` }),
  })
  .meta({ id: 'Mirror', description: 'Another instance whose records are held here, and how far.' });
