/** Runs the chaos program as a person would, and reads its verdict. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

export type Outcome = {
  readonly code: number;
  /** The checks that failed, with what they found. */
  readonly failed: Readonly<Record<string, readonly string[]>>;
  /** How many things were examined, by check. */
  readonly examined: Readonly<Record<string, number>>;
  /** How often it met what it is there for. */
  readonly met: Readonly<Record<string, number>>;
  /** How often each thing was done. */
  readonly actions: Readonly<Record<string, number>>;
  /** What it said, for a person. */
  readonly words: string;
};

const PROGRAM = join(import.meta.dirname, '../../bench/chaos/main.ts');
const MINUTES_MS = 60_000;

/** @throws Error with what it said when it gave no verdict. */
export function runChaos(...args: string[]): Promise<Outcome> {
  const command = ['--disable-warning=ExperimentalWarning', PROGRAM, '--json', ...args];
  const options = { timeout: 5 * MINUTES_MS, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((done, fail) => {
    execFile(process.execPath, command, options, (error, stdout, words) => {
      if (stdout === '') return fail(new Error(words, { cause: error }));
      const { checks, met, actions } = JSON.parse(stdout) as {
        checks: { name: string; examined: number; violations: string[] }[];
        met: Record<string, number>;
        actions: Record<string, number>;
      };
      done({
        code: error === null ? 0 : Number(error.code),
        failed: Object.fromEntries(
          checks
            .filter((check) => check.violations.length > 0)
            .map(({ name, violations }) => [name, violations]),
        ),
        examined: Object.fromEntries(checks.map(({ name, examined }) => [name, examined])),
        met,
        actions,
        words,
      });
    });
  });
}
