/** Speaks to systemd: ready, alive, stopping. Node knows no datagram sockets of the Unix kind, so `systemd-notify`
 *  speaks for us; it stands on every machine that has a systemd, and costs 5 ms a word. Without NOTIFY_SOCKET, which
 *  only systemd sets, nothing is said and nothing is started. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Log } from './log.ts';

const run = promisify(execFile);

const TELL_TIMEOUT_MS = 10_000;

export type ServiceManager = {
  /** It works from now on. With a watchdog (WatchdogSec) it is also said, in half of that time again and again, that
   *  it lives, for as long as `isWell` answers true. */
  ready(isWell: () => boolean): Promise<void>;
  /** It stops: the watchdog is not asked any more. */
  stopping(): Promise<void>;
};

/** @param env as systemd gave it: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID. */
export function serviceManager(env: NodeJS.ProcessEnv, log: Log): ServiceManager {
  const tell = async (word: string) => {
    if (!env['NOTIFY_SOCKET']) return;
    try {
      await run('systemd-notify', [word], { env, timeout: TELL_TIMEOUT_MS });
    } catch (error) {
      log.error({ err: error, word }, 'systemd could not be told; it will end this process');
    }
  };
  const everyMs = watchdogMs(env) / 2;
  let petting: NodeJS.Timeout | undefined;
  let wasWell = true;

  return {
    async ready(isWell) {
      await tell('READY=1');
      if (everyMs === 0) return;
      petting = setInterval(() => {
        const well = isWell();
        if (well) void tell('WATCHDOG=1');
        else if (wasWell)
          log.error('stuck: the watchdog is no longer told that this process lives');
        wasWell = well;
      }, everyMs);
      petting.unref();
    },
    async stopping() {
      clearInterval(petting);
      await tell('STOPPING=1');
    },
  };
}

/** 0: there is none, or it is meant for another process. */
function watchdogMs({ WATCHDOG_USEC: usec, WATCHDOG_PID: pid }: NodeJS.ProcessEnv): number {
  if (pid !== undefined && pid !== '' && Number(pid) !== process.pid) return 0;
  const ms = Number(usec) / 1000;
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
