/** From a run back to the decision that made it. Apart from both, which need each other's types. */
import { builder } from './builder.ts';
import { Run } from './run.ts';
import { Tick } from './tick.ts';

builder.prismaObjectField(Run, 'tick', (t) =>
  t.field({
    type: Tick,
    nullable: true,
    description: 'The decision that made it; null for a run without a scenario.',
    select: (_args, _context, nested) => ({ ticks: nested() }),
    resolve: ({ ticks }) => ticks[0] ?? null,
  }),
);
