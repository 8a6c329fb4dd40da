import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SETTINGS, type Setting } from '../../src/config.js';
import { readText, rowsUnder, unquoted } from './project.js';

const page = readText('docs/configuration.md');
const settings: readonly Setting[] = Object.values(SETTINGS);

describe('docs/configuration.md', () => {
  it('lists the settings, all of them and no other, with their defaults and in their words', () => {
    const listed = rowsUnder(page, 'variable').map(([variable, fallback, description]) => ({
      variable: unquoted(variable),
      fallback: fallback === '(empty)' ? '' : unquoted(fallback),
      description,
    }));
    expect(listed).toEqual(
      settings.map(({ variable, fallback, description }) => ({ variable, fallback, description })),
    );
  });

  it('says for each setting what is allowed', () => {
    const start = page.indexOf('Allowed values');
    const rows = rowsUnder(page.slice(start), 'variable');
    expect(rows.map(([variable]) => unquoted(variable))).toEqual(settings.map(({ variable }) => variable));
  });

  it('names the codes that a setting takes, all of them and no other', () => {
    const rows = rowsUnder(page.slice(page.indexOf('Allowed values')), 'variable');
    const listed = rows.map(([variable, allowed = '']) => {
      const codes = [...allowed.matchAll(/`([a-z]+)`/g)].map(([, code = '']) => code);
      return [unquoted(variable), codes];
    });
    const taken = settings.map(({ variable, schema }) => [variable, schema instanceof z.ZodEnum ? schema.options : []]);
    expect(listed).toEqual(taken);
  });

  it('mentions no variable elsewhere in the documentation that does not exist', () => {
    const known = new Set(settings.map(({ variable }) => variable));
    const pages = ['README.md', 'docs/api.md', 'docs/commands.md', 'docs/configuration.md', 'Dockerfile'];
    const mentioned = pages.flatMap((path) => readText(path).match(/\bCHANCERY_[A-Z_]*[A-Z]/g) ?? []);
    expect([...new Set(mentioned)].filter((variable) => !known.has(variable))).toEqual([]);
  });
});
