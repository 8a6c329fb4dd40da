const FIRST_MS = 5_000;
const FACTOR = 3;
const LONGEST_MS = 8 * 60 * 60 * 1_000;
/** Each delay is longer or shorter by up to so much of it, so that what failed together does not come back together. */
const JITTER = 0.2;
/** Who has taken nothing for so long is no longer tried. */
export const GIVE_UP_MS = 3 * 24 * 60 * 60 * 1_000;
/** What `Retry-After` may ask for at most. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1_000;

/** Milliseconds until the attempt after so many failures; `random` is from 0 up to 1. */
export function delayAfter(failures: number, random: number): number {
  const delay = Math.min(FIRST_MS * FACTOR ** (failures - 1), LONGEST_MS);
  return Math.round(delay * (1 + JITTER * (2 * random - 1)));
}

/** Milliseconds that a `Retry-After` asks for, in seconds or as a date; 0 when it says nothing that can be read. */
export function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  const asked = /^[0-9]{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(asked) ? 0 : Math.min(Math.max(asked, 0), MAX_RETRY_AFTER_MS);
}

/**
 * When to try again after an attempt that failed at `now`; undefined for never, which is so three days after the first
 * one. The last attempt is at the end of these.
 */
export function nextAttempt(
  failures: number,
  failingSince: number,
  now: number,
  retryAfter: string | undefined,
  random: number,
): number | undefined {
  const end = failingSince + GIVE_UP_MS;
  if (now >= end) return undefined;
  return Math.min(now + Math.max(delayAfter(failures, random), retryAfterMs(retryAfter, now)), end);
}
