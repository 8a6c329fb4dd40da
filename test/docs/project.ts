import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the project, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'data', 'coverage']);

/** Paths of the project's own files, relative to its folder. */
export function ownFiles(folder = ROOT): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return ownFiles(path);
      return entry.isFile() ? [relative(ROOT, path)] : [];
    })
    .sort();
}

/** Rows of every table of a Markdown page, as cells without their padding, heads and rules left out. */
export function tableRows(markdown: string): string[][] {
  const lines = markdown.split('\n');
  return lines
    .filter((line, index) => line.startsWith('|') && !isRule(line) && !isRule(lines[index + 1] ?? ''))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split(' | ')
        .map((cell) => cell.trim()),
    );
}

const isRule = (line: string): boolean => /^\|(?:-+\|)+$/.test(line);

/** Rows below a head with the given first cell. */
export function rowsUnder(markdown: string, head: string): string[][] {
  const start = markdown.indexOf(`| ${head} |`);
  if (start < 0) throw new Error(`no table begins with ${head}`);
  const end = markdown.indexOf('\n\n', start);
  return tableRows(markdown.slice(start, end < 0 ? undefined : end));
}

export const unquoted = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '');

/** Code blocks of a language, without their fences. */
export function codeBlocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(/```(\w+)\n([\s\S]*?)\n```/g)]
    .filter(([, found]) => found === language)
    .map(([, , code = '']) => code);
}

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs the built program. `npm test` has built it before. */
export function chancery(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return run(process.execPath, [join(ROOT, 'dist', 'main.js'), ...args], env);
}

export function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd: string = ROOT,
): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
    execFile(command, args, options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
    });
  });
}
