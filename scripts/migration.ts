/** `npm run db:migration -- <name>`: writes the SQL that leads from the migrations to schema.prisma into
 *  a new folder of prisma/migrations. What Prisma cannot say is added by hand before it is committed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pendingSql } from '#platform/migrate.ts';

const name = process.argv[2];
if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('Usage: npm run db:migration -- <name>   (lower case, digits, _)');
  process.exit(2);
}
const url = process.env['DATABASE_URL'];
if (!url) {
  console.error('DATABASE_URL must name a database in which a shadow database may be created.');
  process.exit(2);
}
const sql = await pendingSql(url);
if (sql === '') {
  console.log('The migrations already lead to schema.prisma; nothing was written.');
} else {
  const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const folder = join(import.meta.dirname, '../prisma/migrations', `${stamp}_${name}`);
  await mkdir(folder);
  await writeFile(join(folder, 'migration.sql'), sql);
  console.log(`Wrote ${folder}/migration.sql`);
}
process.exit(0);
