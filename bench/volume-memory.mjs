// Private memory of the server while a list is exported, from what Linux says of the process.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const SAMPLE_MS = 20;
const NEWLINE = 10;

/**
 * Exports `count` records as NDJSON and gives how far private memory grew above what it was, in MB. Undefined where the
 * service has no such format or the system does not tell.
 */
export async function measureExport({ url, child }, count) {
  if (privateMemory(child.pid) === undefined) return undefined;
  const before = privateMemory(child.pid);
  let peak = before;
  const sampling = setInterval(() => {
    peak = Math.max(peak, privateMemory(child.pid) ?? 0);
  }, SAMPLE_MS);
  try {
    const begun = performance.now();
    const records = await take(`${url}/v1/events?format=ndjson`, count);
    if (records === undefined) return undefined;
    peak = Math.max(peak, privateMemory(child.pid));
    return {
      records,
      seconds: (performance.now() - begun) / 1000,
      beforeMb: megabytes(before),
      grewMb: megabytes(peak - before),
    };
  } finally {
    clearInterval(sampling);
    // What is left of the answer is given up on the other side too, before anything else is measured.
    await pause(500);
  }
}

/** Reads an answer up to so many lines; gives how many there were. */
async function take(url, count) {
  const response = await fetch(url);
  if (!response.ok || !response.headers.get('content-type').includes('ndjson')) {
    await response.body?.cancel();
    return undefined;
  }
  let lines = 0;
  for await (const chunk of response.body) {
    for (const byte of chunk) if (byte === NEWLINE) lines += 1;
    if (lines >= count) break;
  }
  return Math.min(lines, count);
}

/** In bytes: pages that belong to the process alone, without files that it maps. */
function privateMemory(pid) {
  try {
    const found = /^RssAnon:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? undefined : Number(found[1]) * 1024;
  } catch {
    return undefined;
  }
}

function megabytes(bytes) {
  return Number((bytes / 1024 / 1024).toFixed(1));
}
