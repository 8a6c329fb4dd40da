import { z } from 'zod';
import type { ReferencePath } from '../journal/kind.js';
import { Citation, prose, references } from './common.schema.js';

interface SchemaPaths {
  references: ReferencePath[];
  citations: string[][];
  prose: string[][];
}

/** Where references, citations and prose stand in documents of a schema, read off the schema itself. */
export function schemaPaths(schema: z.ZodType): SchemaPaths {
  const found: SchemaPaths = { references: [], citations: [], prose: [] };
  walk(schema, [], found);
  return found;
}

function walk(schema: z.ZodType, path: string[], found: SchemaPaths): void {
  const reference = references.get(schema);
  if (reference !== undefined) found.references.push({ path, to: reference.to });
  if (schema === Citation) found.citations.push(path);
  if (prose.has(schema)) found.prose.push(path);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    walk(schema.unwrap() as z.ZodType, path, found);
  } else if (schema instanceof z.ZodArray) {
    walk(schema.element as z.ZodType, [...path, '*'], found);
  } else if (schema instanceof z.ZodObject) {
    for (const [key, value] of Object.entries(schema.shape as Record<string, z.ZodType>))
      walk(value, [...path, key], found);
  }
}
