/** What keeps a text from being accepted as JSON, beyond what the grammar says. */
export type JsonFault = 'syntax' | 'duplicate-key' | 'forbidden-key' | 'too-deep' | 'text';

export type JsonResult = { ok: true; value: unknown } | { ok: false; fault: JsonFault; detail: string };

export const MAX_DEPTH = 32;
const COLON = /\s*:/y;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * JSON (RFC 8259) as this service takes it: each key once in an object (I-JSON, RFC 7493), at most 32 levels, no key
 * that could reach a prototype, no U+0000 and no lone surrogates anywhere.
 */
export function parseJson(text: string): JsonResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fault('syntax', (error as Error).message);
  }
  return scan(text) ?? { ok: true, value };
}

function fault(kind: JsonFault, detail: string): JsonResult {
  return { ok: false, fault: kind, detail };
}

/** Walks a text that is known to be JSON, for what JSON.parse does not tell. */
function scan(text: string): JsonResult | undefined {
  const keys: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '{' || char === '[') {
      keys.push(char === '{' ? new Set() : undefined);
      if (keys.length > MAX_DEPTH) return fault('too-deep', `is nested deeper than ${MAX_DEPTH} levels`);
    } else if (char === '}' || char === ']') {
      keys.pop();
    } else if (char === '"') {
      const end = endOfString(text, at);
      const found = checkString(text, at, end, keys.at(-1));
      if (found !== undefined) return found;
      at = end;
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function checkString(text: string, start: number, end: number, keys: Set<string> | undefined): JsonResult | undefined {
  const raw = text.slice(start, end + 1);
  const value = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  if (!value.isWellFormed() || value.includes('\u0000'))
    return fault('text', 'a text holds U+0000 or a lone surrogate');
  COLON.lastIndex = end + 1;
  if (keys === undefined || !COLON.test(text)) return undefined;
  if (FORBIDDEN_KEYS.has(value)) return fault('forbidden-key', `has the key \`${value}\`, which is never accepted`);
  if (keys.has(value)) return fault('duplicate-key', `has the key \`${value.slice(0, 80)}\` twice in one object`);
  keys.add(value);
  return undefined;
}
