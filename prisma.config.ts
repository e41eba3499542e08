/** Where Prisma finds the schema. The engine itself is never downloaded: see src/platform/migrate.ts. */
import { defineConfig } from 'prisma/config';

export default defineConfig({ schema: 'prisma/schema.prisma' });
