#!/usr/bin/env node
/** The command line as a program: `npx hf-scheduler` in this checkout, `hf-scheduler` anywhere after npm link.
 *  Plain JavaScript without a dependency, as bootstrap.mjs is, through which it goes. */
// bootstrap.mjs runs everything in the checkout; file names on the command line mean the caller's folder.
process.env['HF_CWD'] ??= process.cwd();
process.argv.splice(2, 0, 'src/cli.ts');
await import('./bootstrap.mjs');
