#!/usr/bin/env node
import { checkCommand } from './commands/check.js';
import { type Command, EXIT, helpText, parseArguments, type Terminal, UsageError } from './commands/command.js';
import { copyCommand } from './commands/copy.js';
import { importCommand } from './commands/import.js';
import { keyCommands } from './commands/keys.js';
import { openapiCommand } from './commands/openapi.js';
import { pullCommand } from './commands/pull.js';
import { seedCommand } from './commands/seed.js';
import { serveCommand } from './commands/serve.js';
import { migrateCommand, reindexCommand, verifyCommand } from './commands/upkeep.js';
import { ConfigError, readConfig } from './config.js';
import { DatabaseError } from './db/errors.js';
import { Problem } from './problems.js';

const COMMANDS: readonly Command[] = [
  serveCommand,
  migrateCommand,
  seedCommand,
  importCommand,
  ...keyCommands,
  checkCommand,
  verifyCommand,
  reindexCommand,
  copyCommand,
  pullCommand,
  openapiCommand,
];

async function main(args: readonly string[]): Promise<number> {
  const command = COMMANDS.find(({ name }) => name.split(' ').every((word, index) => word === args[index]));
  if (command === undefined) return usage(args);
  const { values, positionals } = parseArguments(command, args.slice(command.name.split(' ').length));
  if (values.help) {
    process.stdout.write(`${helpText(command)}\n`);
    return EXIT.done;
  }
  return command.run(terminal(), values, positionals);
}

function usage(args: readonly string[]): number {
  const asked = args[0] === '--help' || args[0] === 'help';
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`);
  const text = ['Usage: chancery <verb> [options]', '', ...lines, '', '`chancery <verb> --help` tells more.', ''].join(
    '\n',
  );
  (asked ? process.stdout : process.stderr).write(
    args.length === 0 || asked ? text : `chancery: no verb \`${args.join(' ')}\`\n\n${text}`,
  );
  return asked ? EXIT.done : EXIT.usage;
}

function terminal(): Terminal {
  return {
    config: readConfig(process.env),
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    onStop: (stop) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => {
          process.once(signal, () => process.exit(EXIT.failed));
          stop();
        });
      }
    },
  };
}

/** Why a server cannot listen, by the code of Node's error, and what to do. */
const LISTENING: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; set PORT to another',
  EACCES: 'not allowed to listen on that port; set PORT to one above 1023',
  EADDRNOTAVAIL: 'this machine does not have that address; set HOST to one it has, or to 0.0.0.0',
  ENOTFOUND: 'that host name is not known; set HOST to an address of this machine, or to 0.0.0.0',
};

/** One line for what is expected to go wrong; a stack only for what is not. */
function explain(error: unknown): string {
  if (error instanceof UsageError) return `chancery: ${error.message}; see --help`;
  if (error instanceof ConfigError || error instanceof DatabaseError || error instanceof Problem)
    return `chancery: ${error.message}`;
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException;
  const reason = ['listen', 'getaddrinfo'].includes(syscall) ? LISTENING[code] : undefined;
  if (reason !== undefined) return `chancery: ${reason}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
  },
);
