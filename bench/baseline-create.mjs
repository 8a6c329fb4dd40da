// Creating a record by hand: the rows that the service wrote for a like record, with the new record's own values.
const TABLES = ['entities', 'revisions', 'events', 'links', 'milestones', 'names', 'external_ids', 'tags'];

/** Gives a function that writes a body as a new record, in one transaction, and returns its document. */
export function creator(db, model) {
  const takeRevision = db
    .prepare('update head set revision = revision + 1, recorded_at = ? returning revision')
    .pluck();
  const count = db.prepare("update rollups set count = count + 1 where type = 'event' and dimension = ? and value = ?");
  const cells = [
    ['total', ''],
    ['kind', model.kind],
    ['status', model.status],
    ['year', model.date.slice(0, 4)],
    ...model.participants.map(({ actor }) => ['actor', actor]),
  ];
  const inserts = TABLES.flatMap((table) => insertsLike(db, table, model.revision));
  return (body, id, nowMs) => {
    const recordedAt = new Date(nowMs).toISOString();
    db.exec('begin immediate');
    const revision = takeRevision.get(recordedAt);
    const { slug, title } = body;
    const managed = { id, slug, title, revision, createdAt: recordedAt, updatedAt: recordedAt };
    const doc = JSON.stringify({ ...model, ...managed });
    const own = {
      id,
      entity: id,
      subject: id,
      slug,
      label: title,
      revision,
      created: revision,
      doc,
      recorded_at: recordedAt,
    };
    for (const { statement, row } of inserts) {
      const values = { ...row };
      for (const column in own) if (column in row) values[column] = own[column];
      statement.run(values);
    }
    for (const cell of cells) count.run(cell);
    db.exec('commit');
    return doc;
  };
}

/** An insert for each row that a table has of a revision. */
function insertsLike(db, table, revision) {
  return db
    .prepare(`select * from ${table} where revision = ?`)
    .all(revision)
    .map((row) => {
      const columns = Object.keys(row);
      const named = columns.map((column) => `@${column}`);
      return { row, statement: db.prepare(`insert into ${table} (${columns}) values (${named})`) };
    });
}
