// Loaded into the server before the program (`node --import`): tells on SIGUSR2 how late the event loop was since the
// last time, and begins anew.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 5;

// Threads load it too; theirs is another loop.
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('SIGUSR2', () => {
    // What is recorded is the time from one tick of the timer to the next.
    const late = (nanoseconds) => Math.max(0, Number((nanoseconds / 1e6 - RESOLUTION_MS).toFixed(1)));
    const figures = { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) };
    process.stderr.write(`loop delay ${JSON.stringify(figures)}\n`);
    delay.reset();
  });
}
