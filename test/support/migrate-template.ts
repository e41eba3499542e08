/** Migrates the database of DATABASE_URL, in a process of its own: Prisma's engine leaves a timer of 10 s
 *  behind, which would hold a short test run open. */
import { migrate } from '#platform/migrate.ts';

await migrate(process.env['DATABASE_URL'] ?? '');
process.exit(0);
