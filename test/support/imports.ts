/** What our files import, read from their text: static imports, re-exports and import() of a literal. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  imports: Record<string, string>;
};

export type Import = { readonly specifier: string; readonly dynamic: boolean };

/** @param path relative to the root. Type-only imports are left out: they load nothing. */
export function importsOf(path: string): Import[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const found = (pattern: RegExp, dynamic: boolean) =>
    [...text.matchAll(pattern)].map(([, specifier = '']) => ({ specifier, dynamic }));
  return [
    ...found(/^(?:import|export)\s(?!type\s)(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm, false),
    ...found(/\bimport\(\s*'([^']+)'\s*\)/g, true),
  ];
}

/** The packages that a program may load, through all our files that it may load. */
export function packagesLoadedBy(program: string): Set<string> {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { specifier } of importsOf(path)) {
      const file = resolve(path, specifier);
      if (file === null) packages.add(specifier);
      else if (file.endsWith('.ts')) visit(file);
    }
  };
  visit(program);
  return packages;
}

/** The file of ours that an import names, relative to the root; null for a package. */
function resolve(from: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return join(dirname(from), specifier);
  const [prefix] = specifier.split('/');
  const target = manifest.imports[`${prefix}/*`];
  if (target === undefined) return null;
  const path = join(target.replace('*', specifier.slice(`${prefix}/`.length)));
  if (!existsSync(join(ROOT, path))) throw new Error(`${from} imports ${specifier}: no such file`);
  return path;
}
