import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Data that is not part of the project, in a folder that a setting names; tests that need it are skipped without it. */
export interface Given {
  isThere: boolean;
  /** For the name of the tests that need it. */
  note: string;
  path(name: string): string;
  text(name: string): string;
  /** The files of a packed archive, by name. */
  archive(name: string): Map<string, string>;
}

export function given(setting: 'CHANCERY_FACTS' | 'CHANCERY_DATA', fallback: string, needed: string): Given {
  const folder = resolve(root, process.env[setting] ?? fallback);
  const path = (name: string) => resolve(folder, name);
  const isThere = existsSync(path(needed));
  const note = isThere ? '' : ` (skipped: no ${needed} where ${setting} says)`;
  if (!isThere) console.warn(`no ${needed} where ${setting} says; tests that need it are skipped`);
  const text = (name: string) => readFileSync(path(name), 'utf8');
  return { isThere, note, path, text, archive: (name) => unpack(gunzipSync(readFileSync(path(name)))) };
}

const BLOCK = 512;

/** The regular files of a tar archive (POSIX ustar). */
function unpack(tar: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  const field = (at: number, length: number) => tar.toString('utf8', at, at + length).split('\0', 1)[0] ?? '';
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(field(at + 124, 12), 8);
    const kind = field(at + 156, 1);
    const body = at + BLOCK;
    if (kind === '0' || kind === '') files.set(field(at, 100), tar.toString('utf8', body, body + size));
    at = body + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
