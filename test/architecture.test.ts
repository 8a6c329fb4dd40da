import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Module {
  /** Path below `src`, with slashes. */
  path: string;
  text: string;
  /** Modules of ours that it imports, as paths below `src`. */
  ours: string[];
  /** Names of the packages and of Node's modules that it imports. */
  packages: string[];
}

const SRC = fileURLToPath(new URL('../src/', import.meta.url));
const TEST = fileURLToPath(new URL('./', import.meta.url));
const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name) && !/node_modules|generated/.test(entry.parentPath))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

const modules: Module[] = filesIn(SRC).map((path) => {
  const text = readFileSync(join(SRC, path), 'utf8');
  const specifiers = [...text.matchAll(IMPORT)].map(([, fixed, dynamic]) => fixed ?? dynamic ?? '');
  const ours = specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts'));
  return { path, text, ours, packages: specifiers.filter((specifier) => !specifier.startsWith('.')) };
});

const matching = (pattern: RegExp) => modules.filter(({ path }) => pattern.test(path));

/** `importer → imported` for every import out of the matching modules that goes elsewhere than allowed. */
function strayImports(from: RegExp, allowed: RegExp): string[] {
  return matching(from).flatMap(({ path, ours }) =>
    ours.filter((target) => !allowed.test(target)).map((target) => `${path} → ${target}`),
  );
}

/** Modules outside the allowed ones that import a package whose name begins so. */
function namedOutside(name: RegExp, allowed: RegExp): string[] {
  return modules
    .filter(({ path, packages }) => !allowed.test(path) && packages.some((found) => name.test(found)))
    .map(({ path }) => path);
}

/** Modules outside the allowed ones whose text matches, comments left out. */
function writtenOutside(pattern: RegExp, allowed: RegExp): string[] {
  return modules
    .filter(({ path, text }) => !allowed.test(path) && pattern.test(withoutComments(text)))
    .map(({ path }) => path);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

describe('imports', () => {
  it('are found: every import of ours names a file', () => {
    const known = new Set([...modules.map(({ path }) => path), 'shared/edtf-package.d.ts']);
    expect(modules.flatMap(({ ours }) => ours).filter((target) => !known.has(target))).toEqual([]);
    expect(modules.length).toBeGreaterThan(50);
    expect(modules.flatMap(({ ours }) => ours).length).toBeGreaterThan(modules.length);
  });

  it.each([
    ['shared', /^shared\//, /^shared\//],
    ['the catalogue of errors, and the settings', /^(?:problems|config)\.ts$/, /^shared\//],
    ['db', /^db\//, /^(?:db|shared)\//],
    ['journal', /^journal\//, /^(?:journal|db|shared)\/|^problems\.ts$/],
    ['http', /^http\//, /^(?:http|journal|db|shared)\/|^problems\.ts$/],
    ['insight', /^insight\//, /^(?:insight|resources|http|journal|db|shared)\/|^problems\.ts$/],
    ['sync', /^sync\//, /^(?:sync|resources|http|journal|db|shared)\/|^problems\.ts$/],
    ['resources', /^resources\//, /^(?:resources|http|journal|db|shared)\/|^problems\.ts$/],
  ])('of %s go down only', (_name, from, allowed) => {
    expect(strayImports(from, allowed)).toEqual([]);
  });

  it('of what a resource is stay in its folder and know nothing of HTTP', () => {
    const folders = [...new Set(modules.flatMap(({ path }) => path.match(/^resources\/([a-z]+)\//)?.[1] ?? []))].filter(
      (folder) => folder !== 'operations',
    );
    expect(folders).toHaveLength(8);
    const stray = folders.flatMap((folder) =>
      strayImports(
        new RegExp(`^resources/${folder}/`),
        new RegExp(`^(?:resources/(?:${folder}/|[a-z.-]+\\.ts$)|journal/|db/|shared/|problems\\.ts$)`),
      ),
    );
    expect(stray).toEqual([]);
  });

  it('of schemas, projections and rules are of what is pure', () => {
    const parts =
      /^resources\/.*\.(?:schema|project|rules)\.ts$|^resources\/(?:projection|vocabulary|parse|schema-paths)\.ts$/;
    expect(strayImports(parts, /^(?:resources|shared)\/|^journal\/(?:kind|paths)\.ts$|^problems\.ts$/)).toEqual([]);
    const packages = matching(parts).flatMap((module) => module.packages.map((name) => `${module.path} → ${name}`));
    expect(packages.filter((line) => !line.endsWith(' → zod'))).toEqual([]);
  });

  it('make no circle', () => {
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const byPath = new Map(modules.map((module) => [module.path, module]));
    const visit = (path: string, trail: string[]): void => {
      if (state.get(path) === 'done') return;
      if (state.get(path) === 'open') {
        circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      state.set(path, 'open');
      for (const target of byPath.get(path)?.ours ?? []) visit(target, [...trail, path]);
      state.set(path, 'done');
    };
    for (const { path } of modules) visit(path, []);
    expect(circles).toEqual([]);
  });
});

describe('packages', () => {
  it('Drizzle is named by db, journal and filters only', () => {
    expect(namedOutside(/^drizzle-orm/, /^(?:db|journal|insight|sync)\/|\.filters\.ts$/)).toEqual([]);
  });

  it('Fastify is named by the app, http and routes only', () => {
    const allowed = /^app\.ts$|^http\/|^resources\/(?:routes\.ts|operations\/)|^(?:insight|sync)\/[a-z-]+\.routes\.ts$/;
    expect(namedOutside(/^@?fastify\b/, allowed)).toEqual([]);
  });

  it('a database driver is named by db only', () => {
    expect(
      namedOutside(
        /^(?:better-sqlite3|pg|pg-connection-string)$|^drizzle-orm\/(?:better-sqlite3|sqlite|pg|postgres)/,
        /^db\//,
      ),
    ).toEqual([]);
  });
});

describe('dependencies', () => {
  it('are what src imports, all of them and no other', () => {
    const manifest = JSON.parse(readFileSync(join(TEST, '..', 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const imported = modules
      .flatMap(({ packages }) => packages)
      .filter((name) => !name.startsWith('node:'))
      .map((name) => name.match(/^(?:@[^/]+\/)?[^/]+/)?.[0] ?? name);
    expect(Object.keys(manifest.dependencies).sort()).toEqual([...new Set(imported)].sort());
  });
});

describe('what stands in one place', () => {
  it('SQL text: db', () => {
    expect(writtenOutside(/\bsql(?:<[^>]*>)?`|\bsql\.raw\b|\.exec\(\s*['"`]|\.pragma\(/, /^db\//)).toEqual([]);
  });

  it('the environment: config.ts and main.ts', () => {
    expect(writtenOutside(/\bprocess\.env\b/, /^(?:config|main)\.ts$/)).toEqual([]);
  });

  it('the end of the process and its signals: main.ts', () => {
    expect(writtenOutside(/\bprocess\.(?:exit|exitCode|abort|kill|on|once|argv)\b/, /^main\.ts$/)).toEqual([]);
  });

  it('input and output of files: commands, db and the version', () => {
    expect(namedOutside(/^(?:node:)?fs\b/, /^(?:commands|db|interchange)\/|^version\.ts$/)).toEqual([]);
  });
});

describe('sizes', () => {
  const tooLong = (folder: string, most: number) =>
    filesIn(folder).filter((path) => readFileSync(join(folder, path), 'utf8').split('\n').length - 1 > most);

  it('no file of src has more than 400 lines', () => {
    expect(tooLong(SRC, 400)).toEqual([]);
  });

  it('no file of test has more than 600 lines', () => {
    expect(tooLong(TEST, 600)).toEqual([]);
  });
});
