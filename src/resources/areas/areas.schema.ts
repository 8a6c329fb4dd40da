import { list, ref, text, writable } from '../common.schema.js';

export const areaFields = {
  label: text(200, 'Preferred label.', 'Cyber security'),
  definition: text(2000, 'What falls under it, in our own words.').optional(),
  altLabels: list(text(200, 'Another label.'), 100).meta({ description: 'Other labels.' }),
  broader: ref('area', 'The area it is part of; no cycles.', 'defence-industry').optional(),
  notation: text(40, 'Code in a classification.').optional(),
  ...writable,
};
