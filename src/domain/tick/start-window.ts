/** When a run may start: not before its due time and jitter, not after its start deadline. */
import { jitterOf } from './jitter.ts';
import type { Policies } from './policies.ts';

export type StartWindow = { readonly startMs: number; readonly startBeforeMs: number | null };

/** Of a due time that comes by itself; a person's own run is neither delayed nor given up. */
export function startWindow(
  { jitterMs, startDeadlineMs }: Pick<Policies, 'jitterMs' | 'startDeadlineMs'>,
  scenarioId: number,
  dueMs: number,
): StartWindow {
  const startMs = dueMs + jitterOf(scenarioId, dueMs, jitterMs);
  return { startMs, startBeforeMs: startDeadlineMs === null ? null : startMs + startDeadlineMs };
}
