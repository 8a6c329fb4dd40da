// Generates both migration sets from the one table definition. Usage: npm run migrations -- <name>
import { spawnSync } from 'node:child_process';

const name = process.argv[2];
if (!name) {
  process.stderr.write('Give the migration a name: npm run migrations -- add-something\n');
  process.exit(2);
}
for (const dialect of ['sqlite', 'postgres']) {
  const { status } = spawnSync('npx', ['drizzle-kit', 'generate', '--name', name], {
    stdio: 'inherit',
    env: { ...process.env, DIALECT: dialect },
  });
  if (status !== 0) process.exit(status ?? 1);
}
