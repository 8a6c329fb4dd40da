import { describe, expect, it } from 'vitest';
import { ownFiles, readText } from './project.js';

const BINARY = /\.(?:png|jpe?g|gif|ico|woff2?|gz|zip|db)$/;

interface LockEntry {
  resolved?: string;
  integrity?: string;
  link?: boolean;
  extraneous?: boolean;
}

describe('package-lock.json', () => {
  const { packages } = JSON.parse(readText('package-lock.json')) as { packages: Record<string, LockEntry> };
  const installed = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);

  it('names no registry', () => {
    expect(installed.filter(([, { resolved }]) => resolved?.startsWith('http')).map(([path]) => path)).toEqual([]);
  });

  it('has a checksum for every package, and no package that nothing needs', () => {
    expect(installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
    expect(installed.filter(([, { extraneous }]) => extraneous).map(([path]) => path)).toEqual([]);
  });
});

describe('the project', () => {
  it('holds no absolute path of a machine', () => {
    // Put together here, so that this file does not find itself.
    const folders = ['home', 'root', 'Users', 'work', 'workspace'].join('|');
    const absolute = new RegExp(`(?<![\\w.:/~-])/(?:${folders})/[\\w.-]+`);
    const holding = ownFiles()
      .filter((path) => !BINARY.test(path))
      .filter((path) => absolute.test(readText(path)));
    expect(holding).toEqual([]);
  });

  it('says the same licence, version and Node everywhere', () => {
    const { license, version, engines } = JSON.parse(readText('package.json')) as {
      license: string;
      version: string;
      engines: { node: string };
    };
    expect(license).toBe('MIT');
    expect(readText('LICENSE')).toMatch(/^MIT License\n\nCopyright \(c\) \d{4} Chancery contributors\n/);
    expect(readText('CHANGELOG.md')).toContain(`## ${version}\n`);
    expect(readText('README.md')).toContain(`Node ${engines.node.replace('>=', '')} or newer`);
  });
});
