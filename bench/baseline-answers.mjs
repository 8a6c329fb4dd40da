// What the baselines of both engines have in common: the text of a list, and the rows of a new record.
import { readFileSync } from 'node:fs';
import { encodeCursor } from '../dist/shared/cursor.js';

export const LIMIT = 50;

/** Answers that the service gave, with what is taken from them. */
export function readAnswers(path) {
  const answers = JSON.parse(readFileSync(path, 'utf8'));
  const hashes = new Map();
  for (const { path: url, headers } of Object.values(answers)) hashes.set(url, /-(.+)"$/.exec(headers.etag)?.[1]);
  return {
    type: answers.one.headers['content-type'],
    /** Hash of the query that a URL makes, as it stands in cursors and entity tags. */
    hashOf: (url) => hashes.get(url),
    model: JSON.parse(answers.create.body),
  };
}

/** The text of a page; `rows` are a document and its sort values each, one more of them when there are more. */
export function pageText(rows, revision, epoch, query) {
  const more = rows.length > LIMIT;
  if (more) rows.length = LIMIT;
  const [, ...keys] = rows[rows.length - 1];
  const next = more ? `"${encodeCursor({ epoch, query, revision, keys })}"` : 'null';
  const docs = rows.map(([doc]) => doc).join();
  return `{"data":[${docs}],"page":{"next":${next},"limit":${LIMIT}},"asOf":${revision}}`;
}

/** The tables that a record has rows in, those first that others refer to. */
export const TABLES = ['entities', 'revisions', 'events', 'links', 'milestones', 'names', 'external_ids', 'tags'];

/** The roll-up cells that an event like the model counts in: dimension and value. */
export function cellsOf({ kind, status, date, place, participants }) {
  const actors = participants.map(({ actor }) => ['actor', actor]);
  const own = [
    ...actors,
    ['kind', kind],
    ['status', status],
    ['country', place?.country ?? ''],
    ['year', date.slice(0, 4)],
  ];
  const pairs = own.flatMap(([dimension, value], index) =>
    own.slice(index + 1).map(([narrowed, other]) => [`${dimension}=${value}/${narrowed}`, other]),
  );
  return [['total', ''], ...own, ...pairs.filter(([dimension]) => !/^actor=.*\/actor$/.test(dimension))];
}

/** A new record like the model: its document, and the function that puts its own values into a row of the model. */
export function newRecord(model, { slug, title }, id, revision, recordedAt) {
  const managed = { id, slug, title, revision, createdAt: recordedAt, updatedAt: recordedAt };
  const doc = JSON.stringify({ ...model, ...managed });
  const own = {
    ...{ id, entity: id, subject: id, slug, label: title },
    ...{ revision, created: revision, doc, recorded_at: recordedAt },
  };
  const fill = (row) => {
    const values = { ...row };
    for (const column in own) if (column in row) values[column] = own[column];
    return values;
  };
  return { doc, fill };
}
