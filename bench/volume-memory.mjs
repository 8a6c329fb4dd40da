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
  const watched = await watchMemory(child, async () => {
    const begun = performance.now();
    const records = await take(`${url}/v1/events?format=ndjson`, count);
    return { records, seconds: (performance.now() - begun) / 1000 };
  });
  // What is left of the answer is given up on the other side too, before anything else is measured.
  await pause(500);
  const { records, ...figures } = watched;
  return records === undefined || figures.beforeMb === undefined ? undefined : { records, ...figures };
}

/** Gives what some work gives, with the private memory of a server before it and how far that grew, in MB. */
export async function watchMemory({ pid }, work) {
  const before = privateMemory(pid);
  let peak = before;
  const look = () => {
    peak = Math.max(peak, privateMemory(pid) ?? 0);
  };
  const sampling = before === undefined ? undefined : setInterval(look, SAMPLE_MS);
  try {
    const done = await work();
    if (before === undefined) return done;
    look();
    return { ...done, beforeMb: megabytes(before), grewMb: megabytes(peak - before) };
  } finally {
    clearInterval(sampling);
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
