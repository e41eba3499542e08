/** `npm test`: the checks, then the tests; `npm test -- <vitest arguments>` only those tests.
 *  `npm run test:full`: the long tests. The last line is `N passed, N failed`: tests, and checks as one
 *  each; a file that cannot be loaded counts as one that failed. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { check } from './check.ts';

type Counts = { passed: number; failed: number };

const reportForm = z.object({
  testResults: z.array(
    z.object({
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

const full = process.argv[2] === '--full';
const args = process.argv.slice(full ? 3 : 2);

const checked = full || args.length > 0 ? { passed: 0, failed: 0 } : await check();
const tested = await runTests(full ? ['--mode', 'full', ...args] : args);
const failed = checked.failed + tested.failed;
process.stdout.write(`\n${checked.passed + tested.passed} passed, ${failed} failed\n`);
process.exit(failed > 0 ? 1 : 0);

async function runTests(vitestArgs: readonly string[]): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'hf-report-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await vitest(['run', '--passWithNoTests', ...reporters, ...vitestArgs]);
    const counts = count(await readFile(report, 'utf8').catch(() => null));
    // Errors outside of any test, or a run that broke off.
    return code === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function vitest(vitestArgs: readonly string[]): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn('vitest', vitestArgs, { stdio: ['ignore', 'inherit', 'inherit'] });
    // It stops by itself on Ctrl-C; we stay to tell how far it came.
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => child.kill(signal));
    child.once('error', fail);
    child.once('exit', (code, signal) =>
      done(code ?? 128 + constants.signals[signal ?? 'SIGKILL']),
    );
  });
}

function count(report: string | null): Counts {
  if (report === null) return { passed: 0, failed: 1 };
  const files = reportForm.parse(JSON.parse(report)).testResults;
  const statuses = files.flatMap((file) => file.assertionResults.map((test) => test.status));
  const broken = files.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: statuses.filter((status) => status === 'passed').length,
    failed: statuses.filter((status) => status === 'failed').length + broken.length,
  };
}
