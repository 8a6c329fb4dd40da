/** Where the time comes from; passed in, so that tests and seeds can fix it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock for tests: starts at `start` (RFC 3339) and moves on by `stepMs` at each reading. */
export function steppingClock(start: string, stepMs = 1): Clock & { set(instant: string): void } {
  let current = Date.parse(start);
  return {
    now() {
      current += stepMs;
      return current;
    },
    set(instant) {
      current = Date.parse(instant);
    },
  };
}

/** RFC 3339, UTC, milliseconds: the only form of an instant on the wire and in the database. */
export function toInstant(ms: number): string {
  return new Date(ms).toISOString();
}
