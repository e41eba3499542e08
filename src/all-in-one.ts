/** `npm start`: everything on this machine. Standard output carries the banner or, with --json, one line;
 *  everything else goes to standard error. Ends with 0 when asked to stop. */
import { join } from 'node:path';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { REFUSED_EXIT_CODE, UpgradeRefused } from '#domain/upgrade/refusal.ts';
import { upgrade } from '#domain/upgrade/upgrade.ts';
import { startAllInOne } from '#local/start-all.ts';
import { banner, jsonLine, USAGE } from '#local/banner.ts';
import { ChildEnded, describeExit } from '#platform/child.ts';
import { parseConfig } from '#platform/config.ts';
import { createLog } from '#platform/log.ts';
import { hurrySignal, stopSignal } from '#platform/stop-signal.ts';
import { seedDemo } from '#prisma/seed/seed.ts';

const stop = stopSignal();
const hurry = hurrySignal(stop);
process.exit(await main());

async function main(): Promise<number> {
  const flags = parseFlags();
  if (flags === null) return 2;
  if (flags.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    return await run(flags.json);
  } catch (error) {
    if (stop.aborted) return 0;
    process.stderr.write(`${(error as Error).message}\n`);
    if (error instanceof UpgradeRefused) return REFUSED_EXIT_CODE;
    return error instanceof ChildEnded ? error.exit.code || 1 : 1;
  }
}

async function run(json: boolean): Promise<number> {
  // Below that the log of three processes drowns the banner. Whoever wants it sets LOG_LEVEL.
  const env = { LOG_LEVEL: 'warn', ...process.env };
  const config = parseConfig(env);
  const log = createLog('all-in-one', config.logLevel);
  const programs = {
    api: join(import.meta.dirname, 'server.ts'),
    worker: join(import.meta.dirname, '../worker/main.ts'),
  };
  await using all = await startAllInOne({
    config,
    env,
    log,
    programs,
    upgrade,
    seed: seedDemo,
    stop,
    hurry,
  });
  const facts = { ...all, dataDir: config.dataDir };
  process.stdout.write(json ? `${jsonLine(facts)}\n` : banner(facts));

  void all.workerEnded.then((exit) => {
    if (stop.aborted) return;
    process.stderr.write(
      `\nThe worker ended (${describeExit(exit)}): nothing runs now. Start another: npm run worker\n` +
        `${all.url}/api/pipeline/scheduler/health answers 503 ` +
        `${config.heartbeatStaleSeconds} s after its last heartbeat.\n\n`,
    );
  });
  const asked = stop.aborted ? Promise.resolve() : once(stop, 'abort');
  const failure = await Promise.race([all.broken, asked.then(() => null)]);
  if (failure !== null) {
    process.stderr.write(`${failure.message}\n`);
    return failure.exitCode;
  }
  process.stderr.write(
    `Stopping. Steps under way may take up to ${config.shutdownGraceSeconds} s to finish; ` +
      'a second Ctrl-C ends them at once.\n',
  );
  return 0;
}

function parseFlags() {
  const options = { json: { type: 'boolean', default: false }, help: { type: 'boolean' } } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return null;
  }
}
