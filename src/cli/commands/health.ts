import { command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { pairs } from '../output.ts';
import { colourOf, stateText } from '../text/style.ts';
import { formatDuration } from '../text/time.ts';

type Health = {
  readonly state: 'GREEN' | 'AMBER' | 'RED';
  readonly alive: boolean;
  readonly lastSeenAt: string | null;
  readonly lastSeenSeconds: number | null;
  readonly lastTickAt: string | null;
  readonly lastTickSeconds: number | null;
};

export const HEALTH = `query Health { schedulerHealth {
  state alive lastSeenAt lastSeenSeconds lastTickAt lastTickSeconds } }`;

const MEANING = {
  GREEN: 'workers beat, and ticks are decided',
  AMBER: 'the last beat is old, or ticks are not decided behind a beating heart',
  RED: 'no worker has beaten lately: nothing ticks, nothing runs',
};

export const health = command({
  name: 'health',
  summary: 'Tells whether the scheduler is alive',
  examples: [
    ['hf-scheduler health', 'green, amber or red'],
    ['hf-scheduler health --json || page-somebody', 'as a probe'],
  ],
  exitNot: 'it is red',
  async run({ out, session }) {
    const { schedulerHealth: found } = await session().query<{ schedulerHealth: Health }>(HEALTH);
    if (out.isJson) out.document(found);
    else {
      const { state, lastSeenAt, lastSeenSeconds, lastTickAt, lastTickSeconds } = found;
      out.line(`${out.paint(colourOf(state), stateText(state))}  ${MEANING[state]}`);
      const ago = (instant: string | null, seconds: number | null) =>
        instant === null || seconds === null
          ? 'never'
          : `${formatDuration(seconds * 1000)} ago, ${out.time(instant)}`;
      const facts = pairs(out.paint, [
        ['last beat', ago(lastSeenAt, lastSeenSeconds)],
        ['last tick pass', ago(lastTickAt, lastTickSeconds)],
      ]);
      for (const line of facts) out.line(line);
    }
    return found.state === 'RED' ? EXIT.not : EXIT.fine;
  },
});
