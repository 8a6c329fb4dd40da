import { readText } from '../docs/project.js';
import type { AnyJson } from './client.js';

/** A call that a page shows as it is sent, and the answer shown below it, if any. */
export interface ShownCall {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: AnyJson;
  answer: AnyJson;
}

/** The calls of a page in their order: code blocks in `http`, those in `json` being the answers to the one before. */
export function shownCalls(page: string): ShownCall[] {
  const calls: ShownCall[] = [];
  for (const [, language, code = ''] of readText(page).matchAll(/```(\w+)\n([\s\S]*?)\n```/g)) {
    const last = calls.at(-1);
    if (language === 'json' && last !== undefined && last.answer === undefined) last.answer = JSON.parse(code);
    if (language === 'http') calls.push(callOf(code));
  }
  return calls;
}

function callOf(code: string): ShownCall {
  const [head = '', body] = code.split('\n\n', 2);
  const [request = '', ...headers] = head.split('\n');
  const [method = '', path = ''] = request.split(' ');
  const fields = headers.map((line) => line.split(': ', 2) as [string, string]);
  return { method, path, headers: Object.fromEntries(fields), body: body && JSON.parse(body), answer: undefined };
}

/** An answer with what differs between installations as the page shows it: when the seeds were loaded, and cursors. */
export function asShown(page: string, answer: AnyJson): AnyJson {
  const [, recordedAt] = /"recordedAt": "([^"]+)"/.exec(readText(page)) ?? [];
  return JSON.parse(JSON.stringify(answer), (key, value) => {
    if (key === 'next' && typeof value === 'string') return 'c1_…';
    return key === 'recordedAt' ? recordedAt : value;
  });
}
