import { defineConfig } from 'drizzle-kit';

/** `npm run migrations` runs this once per dialect; both sets come from the one definition in src/db/tables. */
const dialect = process.env.DIALECT === 'postgres' ? 'postgres' : 'sqlite';

export default defineConfig({
  dialect: dialect === 'postgres' ? 'postgresql' : 'sqlite',
  schema: `./src/db/schema.${dialect}.ts`,
  out: `./migrations/${dialect}`,
});
