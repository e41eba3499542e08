/** A delay that spreads scenarios which share a due time: pseudo-random, but the same for the same scenario and due
 *  time on every machine and after every restart. */
import { createHash } from 'node:crypto';

/** @returns 0 ≤ delay ≤ jitterMs, whole milliseconds. */
export function jitterOf(scenarioId: number, dueMs: number, jitterMs: number): number {
  if (jitterMs === 0) return 0;
  const digest = createHash('sha256').update(`${scenarioId}:${dueMs}`).digest();
  return digest.readUIntBE(0, 6) % (jitterMs + 1);
}
