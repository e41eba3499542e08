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
      serializers: { err: describeError },
      redact: ['password', 'token', '*.password', '*.token', 'authorization', '*.authorization'],
    },
    // Synchronous: the last line before a crash is the one that matters.
    destination({ dest: 2, sync: true }),
  );
}

const isoTime = () => `,"time":"${new Date().toISOString()}"`;

/** What a person needs of an error, and no more: the drivers hang whole connections on theirs, keys included. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? error.code : undefined;
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message,
    code,
    stack,
    ...(cause !== undefined && { cause: describeError(cause) }),
  };
}
