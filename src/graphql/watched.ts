/** Where a state stream looks: at a project, or at one of its scenarios. */
import { DomainError, invalid } from '#platform/errors.ts';
import type { Watched } from '#domain/event/changes.ts';
import type { builder } from './builder.ts';
import { who } from './context.ts';
import type { Context } from './context.ts';
import { readId } from './id.ts';
import { inViewable, viewable } from './viewable.ts';

export type Where = Watched;

type Args = {
  readonly projectId?: string | null | undefined;
  readonly scenarioId?: string | null | undefined;
};

type ArgBuilder = Parameters<Parameters<typeof builder.subscriptionField>[1]>[0]['arg'];

export const watchedArgs = (arg: ArgBuilder) => ({
  projectId: arg.id({ description: '`Project:3` or 3; or give `scenarioId`.' }),
  scenarioId: arg.id({ description: '`Scenario:42` or 42; or give `projectId`.' }),
});

/** What is named; exactly one is, as `findWatched` has made sure. */
export function whereOf({ projectId, scenarioId }: Args): Where {
  return scenarioId == null
    ? { projectId: readId('Project', projectId ?? '', 'projectId') }
    : { scenarioId: readId('Scenario', scenarioId, 'scenarioId') };
}

/** What is watched, when the caller may see it, and the project that it lies in.
 *  @throws DomainError VALIDATION unless exactly one is named, NOT_FOUND. */
export async function findWatched(
  args: Args,
  context: Context,
): Promise<{ projectId: number; where: Where }> {
  if ((args.projectId == null) === (args.scenarioId == null)) {
    throw invalid([{ path: ['projectId'], message: 'give either projectId or scenarioId' }]);
  }
  const { prisma } = context;
  const principal = who(context);
  const where = whereOf(args);
  if ('projectId' in where) {
    const { projectId: id } = where;
    const found = { id, AND: [viewable(principal)] };
    if (await prisma.project.findFirst({ where: found, select: { id: true } })) {
      return { projectId: id, where };
    }
    throw new DomainError('NOT_FOUND', `No project ${id}.`);
  }
  const { scenarioId: id } = where;
  const scenario = await prisma.scenario.findFirst({
    where: { id, AND: [inViewable(principal)] },
    select: { projectId: true },
  });
  if (scenario) return { projectId: scenario.projectId, where };
  throw new DomainError('NOT_FOUND', `No scenario ${id}.`);
}
