/** The tests. `vitest run` takes the fast ones; `--mode full` the long ones, named `*.full.test.ts`. */
import { configDefaults, defineConfig } from 'vitest/config';

const FOLDERS = '{src,worker,test,prisma,scripts,bench}';

// As Node resolves packages; with vite's own order graphql would be loaded twice, once for us and once for
// the libraries around it, and they refuse each other's schemas.
const conditions = ['module-sync', 'node'];

export default defineConfig(({ mode }) => ({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [`${FOLDERS}/**/*${mode === 'full' ? '.full' : ''}.test.{ts,tsx}`],
    exclude: [...configDefaults.exclude, ...(mode === 'full' ? [] : ['**/*.full.test.*'])],
    globalSetup: './test/support/global-setup.ts',
    // A test waits on events, so only one that hangs gets near these.
    testTimeout: mode === 'full' ? 300_000 : 30_000,
    hookTimeout: mode === 'full' ? 120_000 : 60_000,
    teardownTimeout: 40_000,
  },
}));
