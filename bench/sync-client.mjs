// A client of the exchange that does no more than it must: it counts records and does not read them.
import { createHash } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';

const NEWLINE = 10;
const PAGE = 1_000;
const OWN_LINE = '{"snapshot":';
const agent = new Agent({ keepAlive: true });

/** Sends a request and gives the answer as it comes. Raises for any status but 200. */
export function ask(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent }, async (response) => {
      if (response.statusCode === 200) return resolve(response);
      const said = (await response.setEncoding('utf8').toArray()).join('');
      reject(new Error(`${method} ${url} gave ${response.statusCode} ${said}`));
    });
    request.on('error', reject);
    request.end(body);
  });
}

export async function bytesOf(response) {
  return Buffer.concat(await response.toArray());
}

/**
 * Reads the feed to its head in pages of 1,000. Gives how many changes there were, and if they are to be compared with
 * those of another server, a hash of the pages.
 */
export async function readFeed(url, { compared }) {
  const sum = createHash('sha256');
  for (let cursor = ''; ; ) {
    const page = await bytesOf(await ask(`${url}/v1/changes?limit=${PAGE}${cursor}`));
    const tail = page.subarray(-500).toString();
    const [end, head, hasMore, next] = /,"head":([0-9]+),"hasMore":(true|false),"next":"([^"]*)"}$/.exec(tail);
    if (compared) sum.update(page.subarray(0, -end.length));
    if (hasMore === 'false') return { records: Number(head), content: compared ? sum.digest('hex') : undefined };
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

/** Reads a snapshot to its end. Gives how many lines are records, and if they are to be compared a hash of these. */
export async function readSnapshot(url, { compared }) {
  const response = await ask(`${url}/v1/snapshot`);
  return compared ? readLines(response) : { records: await countLines(response) };
}

/** Lines of the form of a snapshot begin with what no record begins with. */
async function countLines(response) {
  let records = 0;
  let begun = '';
  for await (const chunk of response) {
    for (let start = 0; start < chunk.length; ) {
      if (begun.length < OWN_LINE.length)
        begun += chunk.subarray(start, start + OWN_LINE.length - begun.length).latin1Slice();
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) break;
      if (!begun.startsWith(OWN_LINE)) records += 1;
      begun = '';
      start = end + 1;
    }
  }
  return records;
}

async function readLines(response) {
  const sum = createHash('sha256');
  let records = 0;
  let rest = '';
  for await (const text of response.setEncoding('utf8')) {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith(OWN_LINE)) continue;
      records += 1;
      sum.update(`${line}\n`);
    }
  }
  return { records, content: sum.digest('hex') };
}
