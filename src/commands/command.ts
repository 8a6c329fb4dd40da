import { parseArgs } from 'node:util';
import type { Config } from '../config.js';

/** Exit codes of every verb: done; failed or found something; wrong usage. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** What a verb works with. Results go to `out`, messages to `err`. */
export interface Terminal {
  config: Config;
  out(line: string): void;
  err(line: string): void;
  /** Calls back once the process is asked to stop. */
  onStop(stop: () => void): void;
}

export interface Option {
  type: 'string' | 'boolean';
  description: string;
  /** Shown as the value in the help. */
  value?: string;
}

export interface Command {
  /** The verb, or verb and sub-verb: `keys create`. */
  name: string;
  summary: string;
  options: Readonly<Record<string, Option>>;
  /** Runs and gives the exit code. */
  run(
    terminal: Terminal,
    options: Readonly<Record<string, string | boolean | undefined>>,
    positionals: readonly string[],
  ): Promise<number>;
  /** Names of the positional arguments. */
  positionals?: readonly string[];
}

/** A wrong call; answered with the message, a pointer to `--help` and exit code 2. */
export class UsageError extends Error {}

const COMMON: Readonly<Record<string, Option>> = {
  json: { type: 'boolean', description: 'Print the result as JSON on standard output.' },
  help: { type: 'boolean', description: 'Show this help.' },
};

export function optionsOf(command: Command): Readonly<Record<string, Option>> {
  return { ...command.options, ...COMMON };
}

/** Parses the arguments after the verb. Raises UsageError. */
export function parseArguments(command: Command, args: readonly string[]) {
  const options = Object.fromEntries(Object.entries(optionsOf(command)).map(([name, { type }]) => [name, { type }]));
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const expected = command.positionals ?? [];
    if (values.help !== true && positionals.length !== expected.length) {
      throw new UsageError(
        `expected ${expected.length === 0 ? 'no arguments' : expected.join(' ')}, got ${positionals.length}`,
      );
    }
    return { values: values as Record<string, string | boolean | undefined>, positionals };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError((error as Error).message);
  }
}

export function helpText(command: Command): string {
  const usage = ['chancery', command.name, ...(command.positionals ?? []).map((name) => `<${name}>`), '[options]'].join(
    ' ',
  );
  const options = Object.entries(optionsOf(command)).map(([name, { value, description }]) => {
    const flag = `--${name}${value === undefined ? '' : ` <${value}>`}`;
    return `  ${flag.padEnd(22)} ${description}`;
  });
  return [command.summary, '', `Usage: ${usage}`, '', 'Options:', ...options].join('\n');
}
