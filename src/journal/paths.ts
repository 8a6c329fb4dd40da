import type { Json } from './kind.js';

/** One place in a document that a path leads to. */
export interface Occurrence {
  /** The object or array that holds it. */
  holder: { [key: string]: Json } | Json[];
  key: string | number;
  value: Json;
  /** JSON Pointer (RFC 6901). */
  pointer: string;
}

/** Every place that a path of object keys and `*` (each item of an array) leads to, in document order. */
export function occurrences(root: Json, path: readonly string[]): Occurrence[] {
  const found: Occurrence[] = [];
  visit(root, path, '', found);
  return found;
}

function visit(node: Json | undefined, path: readonly string[], pointer: string, found: Occurrence[]): void {
  const [segment, ...rest] = path;
  if (segment === undefined || node === null || typeof node !== 'object') return;
  const keys = segment === '*' && Array.isArray(node) ? node.keys() : [segment];
  for (const key of keys) {
    const value = (node as { [key: string]: Json })[key as string];
    if (value === undefined) continue;
    const at = `${pointer}/${escapePointer(String(key))}`;
    if (rest.length === 0) found.push({ holder: node, key, value, pointer: at });
    else visit(value, rest, at, found);
  }
}

/** Every citation in a document, those of its entries included, with where it stands. */
export function citationsIn<Citation>(
  { citations }: { citations: readonly (readonly string[])[] },
  document: Json,
): { pointer: string; citation: Citation }[] {
  return citations.flatMap((path) =>
    occurrences(document, path).map(({ value, pointer }) => ({ pointer, citation: value as Citation })),
  );
}

export function escapePointer(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
