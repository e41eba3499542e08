/** One clock for all that ages on the page, and an estimate of the server's. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { createStore } from './store.ts';

const second = createStore(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** This machine's clock in ms, every second, for as long as somebody looks.
 *  @param everyMs rounds down to whole ones of it, and draws nothing anew in between. */
export function useNow(everyMs = 1): number {
  useEffect(() => {
    watchers += 1;
    if (watchers === 1) {
      second.set(Date.now());
      timer = setInterval(() => second.set(Date.now()), 1_000);
    }
    return () => {
      watchers -= 1;
      if (watchers === 0) clearInterval(timer);
    };
  }, []);
  return useSyncExternalStore(second.subscribe, () => Math.floor(second.get() / everyMs) * everyMs);
}

/** This machine's clock in ms, anew with each picture while `moving`. */
export function useFrame(moving: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!moving) return;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    let frame = 0;
    let lastMs = 0;
    const draw = () => {
      const at = Date.now();
      // Half a second when motion is unwanted; else 15 pictures a second, which looks even and costs little.
      if (at - lastMs >= (calm ? 500 : 66)) {
        lastMs = at;
        setNow(at);
      }
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [moving]);
  return now;
}
