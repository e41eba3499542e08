/** Builds the console into `.console/`, each text asset beside its brotli and gzip forms, since the API sends files
 *  as they lie. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const OUT = join(import.meta.dirname, '../../.console');

// A smaller file is not worth a second one.
const MIN_BYTES = 1024;

const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  closeBundle() {
    for (const entry of readdirSync(OUT, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(js|css|svg|html|json)$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      const content = readFileSync(path);
      if (content.length < MIN_BYTES) continue;
      const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
      writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }));
      writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
    }
  },
};

const DOCUMENTS = join(import.meta.dirname, 'generated/graphql.ts');
const DOCUMENT = 'virtual:document/';

/** One module a document instead of one for all, so that each screen carries what it asks and no other's: together they
 *  are 16 KB, compressed, which every first view would load. */
const documents: Plugin = {
  name: 'documents',
  enforce: 'post',
  resolveId: (id) => (id.startsWith(DOCUMENT) ? `\0${id}` : null),
  load(id) {
    if (!id.startsWith(`\0${DOCUMENT}`)) return null;
    const name = id.slice(DOCUMENT.length + 1);
    const line = readFileSync(DOCUMENTS, 'utf8')
      .split('\n')
      .find((each) => each.startsWith(`export const ${name} = `));
    if (line === undefined) throw new Error(`${DOCUMENTS} has no ${name}`);
    return line.slice(0, line.indexOf('} as unknown as ') + 1);
  },
  transform(code) {
    return code.replaceAll(
      /import \{([^}]+)\} from ["'][./]+\/generated\/graphql\.ts["'];?/g,
      (_all, names: string) =>
        names
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '')
          .map((name) => `import { ${name} } from '${DOCUMENT}${name}';`)
          .join(' '),
    );
  },
};

const MAIN = join(import.meta.dirname, 'main.tsx');

type Graph = {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
};

/** What the first script needs is one file with it: a request's headers alone are 700 bytes, and there were eleven
 *  more of them, for every screen. */
const base = {
  of: new Set<string>(),
  name(id: string, graph: Graph): string | null {
    if (base.of.size === 0) base.add(MAIN, graph);
    return base.of.has(id) ? 'base' : null;
  },
  add(id: string, graph: Graph): void {
    if (base.of.has(id)) return;
    base.of.add(id);
    for (const each of graph.getModuleInfo(id)?.importedIds ?? []) base.add(each, graph);
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), documents, compressed],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2023',
    // The policy of the page allows no inline script; fonts and pictures are cached better as files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: base.name, debugName: 'base' }],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    // Against an API that runs already: npm start, then vite.
    proxy: {
      '/api': 'http://127.0.0.1:4000',
      '/graphql': { target: 'http://127.0.0.1:4000', ws: true },
    },
  },
});
