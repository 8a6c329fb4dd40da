// Plays far more random histories against followers that are killed than every run of the tests does: about half an hour.
// Other ones each time; FC_SEED, which is told, has the same again. SYNC_HISTORIES and MIRROR_ROUNDS say how many.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const amounts = { SYNC_HISTORIES: '2500', MIRROR_ROUNDS: '250', FC_SEED: String(randomInt(2 ** 31)) };
const env = { ...amounts, ...process.env };
for (const name of Object.keys(amounts)) process.stdout.write(`${name}=${env[name]}\n`);
const tests = ['test/sync/model.test.ts', 'test/sync/mirror-model.test.ts'];
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', ...tests, ...process.argv.slice(2)], {
  ...{ cwd: root, env, stdio: 'inherit' },
});
process.exit(status ?? 1);
