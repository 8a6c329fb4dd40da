// Starts the load generator in a process of its own and asks it for one round at a time.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export function startLoad() {
  const child = fork(fileURLToPath(new URL('load.mjs', import.meta.url)), { execArgv: [] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the load generator ended with ${code}`);
  });
  ended.catch(() => undefined);
  return {
    async run(round) {
      child.send(round);
      const [result] = await Promise.race([once(child, 'message'), ended]);
      if (result.error !== undefined) throw new Error(result.error);
      return result;
    },
    async stop() {
      child.disconnect();
      await ended.catch(() => undefined);
    },
  };
}
