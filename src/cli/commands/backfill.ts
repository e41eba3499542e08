import { command, type Context } from '../command.ts';
import { EXIT, usageError } from '../exit.ts';
import { countText } from '../files/tell-problems.ts';
import { readChoice, readWhen } from '../read-option.ts';
import { FAILURE, type Session } from '../session.ts';
import { formatInstant } from '../text/time.ts';

type Backfill = {
  readonly databaseId: number | null;
  readonly from: string;
  readonly to: string;
  readonly runCount: number;
  readonly firedBeforeCount: number;
  readonly dueTimes: readonly {
    readonly dueAt: string;
    readonly movedByClockChange: boolean;
    readonly firedBefore: boolean;
    readonly excluded: boolean;
    readonly runId: number | null;
  }[];
};

export const BACKFILL = `mutation Backfill($id: ID!, $from: DateTime!, $to: DateTime, $overlap: BackfillOverlap, $dryRun: Boolean!) {
  backfillScenario(scenarioId: $id, from: $from, to: $to, overlap: $overlap, dryRun: $dryRun) {
    ${FAILURE} ... on Backfill { databaseId from to runCount firedBeforeCount
      dueTimes { dueAt movedByClockChange firedBefore excluded runId } } } }`;
export const ZONE = `query Zone($id: ID!) { scenario(id: $id) { zone } }`;

export const backfill = command({
  name: 'backfill',
  summary: 'Makes the runs of past due times',
  words: '<slug>',
  more: `A run for every due time after --from and up to --to under the trigger as it is now, whether one was made
before or not. Dates and times without an offset are in the scenario’s zone.`,
  options: {
    from: { type: 'string', value: 'WHEN', help: 'due times after this; needed' },
    to: { type: 'string', value: 'WHEN', help: 'up to and with this; now' },
    overlap: {
      type: 'string',
      value: 'WORD',
      help: 'buffer_all: one after the other (the default); allow: all at once',
    },
    'dry-run': { type: 'boolean', help: 'list the due times, make no run' },
  },
  examples: [
    [
      'hf-scheduler backfill ingest --from 2026-01-01 --to 2026-01-07 --dry-run',
      'what it would run',
    ],
    ['hf-scheduler backfill ingest --from 2026-01-01T00:00:00Z', 'everything since'],
  ],
  async run({ out, session }, { values, words: [slug] }) {
    if (values.from === undefined) throw usageError('backfill needs --from.');
    const dryRun = values['dry-run'] === true;
    const overlap =
      values.overlap === undefined
        ? null
        : readChoice('overlap', values.overlap, ['BUFFER_ALL', 'ALLOW']);
    const { databaseId } = await session().scenario(slug!);
    const zone = await zoneOf(session(), databaseId);
    const from = readWhen('from', values.from, zone);
    const to = values.to === undefined ? null : readWhen('to', values.to, zone);
    const variables = { id: String(databaseId), from, to, overlap, dryRun };
    const done = await session().command<Backfill>(BACKFILL, variables);
    if (out.isJson) out.document(done);
    else tell(out, done, zone, dryRun);
    return EXIT.fine;
  },
});

async function zoneOf(session: Session, databaseId: number): Promise<string> {
  type Answer = { scenario: { zone: string } };
  const { scenario } = await session.query<Answer>(ZONE, { id: String(databaseId) });
  return scenario.zone;
}

function tell(out: Context['out'], done: Backfill, zone: string, dryRun: boolean): void {
  const { dueTimes, runCount, firedBeforeCount } = done;
  const again = firedBeforeCount > 0 ? ` (${firedBeforeCount} had a run before)` : '';
  if (dueTimes.length > 0) {
    out.table(dueTimes, [
      { title: `DUE, ${zone.toUpperCase()}`, text: ({ dueAt }) => formatInstant(dueAt, zone) },
      {
        title: out.zone.toUpperCase(),
        text: ({ dueAt }) => (out.zone === zone ? '' : formatInstant(dueAt, out.zone)),
      },
      { title: 'RUN', text: ({ runId }) => (runId === null ? '' : String(runId)), align: 'right' },
      { title: '', text: (time) => remarks(time), paint: (cell) => out.paint('yellow', cell) },
    ]);
  }
  out.line(
    dryRun
      ? `${countText(runCount, 'run')} would be made${again}`
      : `${countText(runCount, 'run')} made${again}`,
  );
}

function remarks(time: Backfill['dueTimes'][number]): string {
  return [
    time.excluded && 'left out by the calendar',
    time.firedBefore && 'had a run before',
    time.movedByClockChange && 'moved by a clock change',
  ]
    .filter(Boolean)
    .join(', ');
}
