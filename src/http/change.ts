import type { FastifyRequest } from 'fastify';
import { type Author, CHANGE_KINDS, type ChangeKind } from '../journal/record.js';
import { Problem } from '../problems.js';
import { hint } from '../shared/text.js';

export const NOTE_MAX = 500;

/** Who makes a change and why, from the key and the `Change-Note` and `Change-Kind` headers. Raises `invalid-request`. */
export function readAuthor(request: FastifyRequest): Author {
  const { principal, headers, id } = request;
  if (principal === null) throw new Problem('unauthenticated', 'Changing records needs an API key.');
  return {
    by: principal.id,
    changeKind: readKind(headers['change-kind']),
    note: readNote(headers['change-note']),
    requestId: id,
  };
}

function readKind(header: string | string[] | undefined): ChangeKind {
  const text = String(header ?? 'content');
  if (text in CHANGE_KINDS && Object.hasOwn(CHANGE_KINDS, text)) return text as ChangeKind;
  const kinds = Object.keys(CHANGE_KINDS);
  throw wrongHeader('Change-Kind', `must be one of ${kinds.join(', ')}${hint(text, kinds)}`);
}

/** Node reads header bytes as Latin-1; a note in UTF-8 is read as such. */
function readNote(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  const bytes = Buffer.from(String(header), 'latin1');
  const utf8 = bytes.toString('utf8');
  const note = noteOf(utf8.includes('\uFFFD') ? String(header) : utf8);
  if (note !== null && note.length > NOTE_MAX)
    throw wrongHeader('Change-Note', `must be at most ${NOTE_MAX} characters long`);
  return note;
}

/** What a note says, without white space around it; null when it says nothing. */
export function noteOf(text: string): string | null {
  return text.trim() || null;
}

export function wrongHeader(name: string, message: string): Problem {
  return new Problem('invalid-request', `${name} ${message}.`, {
    errors: [{ in: 'header', parameter: name, code: 'not-allowed', message }],
  });
}
