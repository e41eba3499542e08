/** A notification in words: the subject, what happened and the facts beside it. Mail shows them as text and as HTML. */
import type { NotificationPayload } from './notification.ts';

export type Words = {
  readonly subject: string;
  /** What happened, in a sentence. */
  readonly headline: string;
  /** Why, as the run or the scenario says it; null when there is nothing to say. */
  readonly detail: string | null;
  /** Label and value. */
  readonly facts: readonly (readonly [string, string])[];
};

export function wordsOf(told: NotificationPayload): Words {
  const { kind, scenario, project, run, organisation } = told;
  const { label, headline } = titleOf(told);
  const time = (text: string | null) => (text === null ? null : instant(text, told.timezone));
  const facts = [
    ['Run', String(run.id)],
    ['Due', time(run.due_at)],
    ['Started', time(run.started_at)],
    ['Ended', time(run.finished_at)],
    ['Scenario', `${scenario.name} (${scenario.slug})`],
    ['Project', `${project.name}, ${organisation}`],
  ].filter((fact): fact is [string, string] => fact[1] !== null);
  return {
    subject: oneLine(`${label}: ${scenario.name} (${project.name})`),
    headline,
    detail: (kind === 'paused' ? told.note : run.reason) ?? null,
    facts,
  };
}

function titleOf(told: NotificationPayload): { label: string; headline: string } {
  const { kind, scenario, failures } = told;
  const name = oneLine(scenario.name);
  switch (kind) {
    case 'failure': {
      const often = failures > 1 ? ` ${failures} times in a row` : '';
      return { label: 'Failed', headline: `${name} has failed${often}.` };
    }
    case 'recovery': {
      const after = failures === 1 ? 'one failed run' : `${failures} failed runs`;
      return { label: 'Recovered', headline: `${name} works again, after ${after}.` };
    }
    case 'late':
      return {
        label: 'Late',
        headline: `${name} is late: it has been running for more than ${told.late_after} and still goes.`,
      };
    case 'paused':
      return {
        label: 'Paused',
        headline: `${name} has paused itself. Nothing runs on schedule until somebody resumes it.`,
      };
  }
}

/** `2026-11-23 15:45:10 Asia/Jakarta`. */
function instant(iso: string, zone: string): string {
  const local = Temporal.Instant.from(iso).toZonedDateTimeISO(zone);
  return `${local.toPlainDate().toString()} ${local.toPlainTime().toString({ smallestUnit: 'second' })} ${zone}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
