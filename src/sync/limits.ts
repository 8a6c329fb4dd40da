/** Changes on a page of the feed. */
export const DEFAULT_CHANGES = 100;
export const MAX_CHANGES = 1_000;
/** Documents of a page have about so many characters at most, unless the first alone has more. */
export const MAX_PAGE_CHARS = 4 * 1024 * 1024;
/** How long a request for changes may wait. */
export const MAX_WAIT_SECONDS = 60;
/** Waiting requests and streams that a process has open at most. */
export const MAX_FOLLOWERS = 1_000;
/** A stream without changes sends a comment so often. */
export const HEARTBEAT_SECONDS = 15;
/** A stream of which nothing is taken for so long is cut off. */
export const STALL_SECONDS = 30;
/** What a stream may say of its own end. */
export const MAX_STREAMED = 100_000;
export const MAX_QUIET_SECONDS = 3_600;
/** Body of a batch. */
export const MAX_BATCH_BYTES = 16 * 1024 * 1024;

/** A line of an import. */
export const MAX_LINE_BYTES = 1024 * 1024;
/** Imports that a process takes at a time. */
export const MAX_IMPORTS = 4;

/** The same as `GET /v1/sync` tells them. */
export const LIMITS = {
  changes: MAX_CHANGES,
  documentChars: MAX_PAGE_CHARS,
  waitSeconds: MAX_WAIT_SECONDS,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  stallSeconds: STALL_SECONDS,
  followers: MAX_FOLLOWERS,
};
