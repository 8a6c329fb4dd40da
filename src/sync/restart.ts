import { Problem } from '../problems.js';

/** Where a reader begins again whose cursor is of no use any more. */
export const SNAPSHOT_PATH = '/v1/snapshot';

/** Does `work`, and tells with a cursor that is gone (410) where to begin again. */
export async function orRestart<T>(baseUrl: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 410) throw error;
    const snapshot = `${baseUrl}${SNAPSHOT_PATH}`;
    throw new Problem(error.code, `${error.message} Begin again with a snapshot.`, {
      extra: { ...error.extra, snapshot },
      headers: { link: `<${snapshot}>; rel="start"` },
      cause: error,
    });
  }
}
