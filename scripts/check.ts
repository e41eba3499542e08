/** `npm run check`: everything that can be said about the code without running it. All steps run, two at a
 *  time; what a failed one said is shown at the end. Ends with 1 when any failed. */
import { spawn } from 'node:child_process';

type Step = {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  remedy: string;
};

const STEPS: readonly Step[] = [
  { name: 'types', command: ['tsc'], remedy: 'mend the types' },
  {
    name: 'types of the console',
    command: ['tsc', '--noEmit', '-p', 'src/console'],
    remedy: 'mend the types',
  },
  {
    name: 'lint and layers',
    command: ['oxlint', '--type-aware'],
    remedy: 'oxlint --type-aware --fix mends some',
  },
  { name: 'format', command: ['oxfmt', '--check'], remedy: 'npm run format' },
  { name: 'unused code and packages', command: ['knip'], remedy: 'remove it, or use it' },
  {
    name: 'generated files',
    command: [process.execPath, 'codegen.ts', '--check'],
    remedy: 'npm run generate, and commit what changed',
  },
];

type Outcome = { step: Step; ok: boolean; output: string };

/** Runs all steps and tells each on standard error.
 *  @returns how many passed and failed. */
export async function check(): Promise<{ passed: number; failed: number }> {
  const queue = [...STEPS];
  const outcomes: Outcome[] = [];
  const lane = async () => {
    for (let step = queue.shift(); step; step = queue.shift()) outcomes.push(await run(step));
  };
  await Promise.all([lane(), lane()]);
  const failures = outcomes.filter((outcome) => !outcome.ok);
  for (const { step, output } of failures) {
    process.stderr.write(`\n──── ${step.name}: ${step.command.join(' ')}\n${output.trim()}\n`);
    process.stderr.write(`──── remedy: ${step.remedy}\n`);
  }
  return { passed: outcomes.length - failures.length, failed: failures.length };
}

function run(step: Step): Promise<Outcome> {
  const [program, ...args] = step.command;
  const startedAt = performance.now();
  return new Promise((done) => {
    const chunks: Buffer[] = [];
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const finish = (ok: boolean, output: string) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      process.stderr.write(`${ok ? '✓' : '✗'} ${step.name}: ${seconds} s\n`);
      done({ step, ok, output });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    }
    child.once('error', (error) => finish(false, error.message));
    child.once('close', (code) => finish(code === 0, Buffer.concat(chunks).toString()));
  });
}

if (import.meta.main) process.exitCode = (await check()).failed > 0 ? 1 : 0;
