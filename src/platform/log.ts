/** The process's own log: JSON lines on standard error, so that standard output stays for answers.
 *  Secrets never reach it: the paths below are cut, and callers log ids rather than payloads. */
import { pino, destination, type Logger } from 'pino';

export type Log = Logger;

/** @param name which process speaks, e.g. `worker`. */
export function createLog(name: string, level: string): Log {
  return pino(
    {
      name,
      level,
      base: { pid: process.pid },
      timestamp: isoTime,
      redact: ['password', 'token', '*.password', '*.token', 'authorization', '*.authorization'],
    },
    // Synchronous: the last line before a crash is the one that matters.
    destination({ dest: 2, sync: true }),
  );
}

const isoTime = () => `,"time":"${new Date().toISOString()}"`;
