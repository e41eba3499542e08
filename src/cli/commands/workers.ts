import { command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { formatDistance } from '../text/time.ts';
import { clean } from '../text/width.ts';

type Worker = {
  readonly workerId: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly slots: number;
  readonly running: number;
  readonly currentScenario: { readonly slug: string } | null;
  readonly startedAt: string;
  readonly lastSeenAt: string;
  readonly stoppedAt: string | null;
};

export const WORKERS = `query Workers($gone: Boolean!) { workers(gone: $gone) {
  workerId host pid version slots running currentScenario { slug } startedAt lastSeenAt stoppedAt } }`;

// As the health probe has it: three missed beats of 30 s.
const STALE_MS = 90_000;

export const workers = command({
  name: 'workers',
  summary: 'Lists the workers and what each is at',
  options: { all: { type: 'boolean', help: 'also those that left in good order' } },
  examples: [['hf-scheduler workers', 'who is there']],
  async run({ out, session }, { values }) {
    const gone = values.all === true;
    const { workers: found } = await session().query<{ workers: Worker[] }>(WORKERS, { gone });
    if (out.isJson) {
      out.document(found);
      return EXIT.fine;
    }
    if (found.length === 0) out.note('There is none: nothing ticks, nothing runs.');
    else {
      const now = Temporal.Now.instant().epochMilliseconds;
      const age = (instant: string) => Temporal.Instant.from(instant).epochMilliseconds - now;
      out.table(found, [
        { title: 'WORKER', text: ({ workerId }) => clean(workerId), cut: 'last' },
        { title: 'RUNS', text: ({ running, slots }) => `${running} of ${slots}`, align: 'right' },
        { title: 'AT', text: ({ currentScenario }) => currentScenario?.slug ?? '', cut: 'first' },
        {
          title: 'LAST BEAT',
          text: ({ lastSeenAt, stoppedAt }) =>
            stoppedAt === null
              ? formatDistance(age(lastSeenAt))
              : `left ${formatDistance(age(stoppedAt))}`,
          paint: (cell, { lastSeenAt, stoppedAt }) =>
            out.paint(stoppedAt ? 'dim' : age(lastSeenAt) < -STALE_MS ? 'red' : 'green', cell),
        },
        { title: 'SINCE', text: ({ startedAt }) => out.time(startedAt) },
        { title: 'VERSION', text: ({ version }) => clean(version) },
      ]);
    }
    return EXIT.fine;
  },
});
