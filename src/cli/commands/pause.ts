import { command, type Context } from '../command.ts';
import { EXIT } from '../exit.ts';
import { readWhen } from '../read-option.ts';
import { FAILURE } from '../session.ts';
import { clean } from '../text/width.ts';

type Paused = {
  readonly databaseId: number;
  readonly slug: string;
  readonly state: string;
  readonly nextDueAt: string | null;
  readonly pause: {
    readonly at: string;
    readonly note: string | null;
    readonly until: string | null;
  } | null;
};

const FIELDS = `${FAILURE} ... on Scenario { databaseId slug state nextDueAt pause { at note until } }`;
export const PAUSE = `mutation Pause($id: ID!, $note: String, $until: DateTime) {
  pauseScenario(id: $id, note: $note, until: $until) { ${FIELDS} } }`;
export const RESUME = `mutation Resume($id: ID!) { resumeScenario(id: $id) { ${FIELDS} } }`;

export const pause = command({
  name: 'pause',
  summary: 'Stops a scenario from firing until it is resumed',
  words: '<slug>',
  more: 'Waiting runs are cancelled; queued and running ones finish.',
  options: {
    note: { type: 'string', value: 'TEXT', help: 'why, for whoever finds it paused' },
    until: { type: 'string', value: 'WHEN', help: 'when it resumes by itself: an instant, or 2h' },
  },
  examples: [
    ['hf-scheduler pause ingest --note "source is being moved"', 'until somebody resumes it'],
    ['hf-scheduler pause ingest --until 2h --note "maintenance"', 'for two hours'],
  ],
  async run({ out, session }, { values, words: [slug] }) {
    const until = values.until === undefined ? null : readWhen('until', values.until, out.zone);
    const { databaseId } = await session().scenario(slug!);
    const variables = { id: String(databaseId), note: values.note ?? null, until };
    tell(out, await session().command<Paused>(PAUSE, variables));
    return EXIT.fine;
  },
});

export const resume = command({
  name: 'resume',
  summary: 'Lets a paused scenario fire again, from now on',
  words: '<slug>',
  more: 'What was due meanwhile is recorded and not replayed; backfill does that.',
  examples: [['hf-scheduler resume ingest', 'go on']],
  async run({ out, session }, { words: [slug] }) {
    const { databaseId } = await session().scenario(slug!);
    tell(out, await session().command<Paused>(RESUME, { id: String(databaseId) }));
    return EXIT.fine;
  },
});

function tell(out: Context['out'], scenario: Paused): void {
  if (out.isJson) return out.document(scenario);
  const { slug, nextDueAt, pause: held } = scenario;
  if (held) {
    const until = held.until ? ` until ${out.time(held.until)}` : '';
    const note = held.note ? `: ${clean(held.note)}` : '';
    return out.line(
      `${slug}  ${out.paint('yellow', 'paused')} since ${out.time(held.at)}${until}${note}`,
    );
  }
  const due = nextDueAt === null ? 'nothing is due' : `next due ${out.time(nextDueAt)}`;
  out.line(`${slug}  ${out.paint('green', 'goes on')}, ${due}`);
}
