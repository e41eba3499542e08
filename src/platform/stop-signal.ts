/** When a process should stop: it was asked to (SIGINT, SIGTERM), or the process that started it is no more. */

/** Fires once. Install it before anything that must be disposed of.
 *  A parent's death is seen through the IPC channel that it gave, if it gave one. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const fire = () => stop.abort(new Error('asked to stop'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, fire);
  process.on('disconnect', fire);
  // Waiting for the parent's death alone must not keep a process alive that has finished.
  process.channel?.unref();
  return stop.signal;
}

// npm hands a terminal's Ctrl-C on although the terminal has sent it to everyone: two for one key.
const ONE_KEY_MS = 500;

/** Fires when, after `stop`, the user insists: a second Ctrl-C. */
export function hurrySignal(stop: AbortSignal): AbortSignal {
  const hurry = new AbortController();
  let stoppedAt = Infinity;
  stop.addEventListener('abort', () => (stoppedAt = performance.now()), { once: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (performance.now() - stoppedAt > ONE_KEY_MS) hurry.abort();
    });
  }
  return hurry.signal;
}
