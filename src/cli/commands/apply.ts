import { command, type Context } from '../command.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { applyPlan, deleteScenario, kindOf } from '../files/apply-plan.ts';
import { changeLines, differences } from '../files/difference.ts';
import { inOrder, planFiles, upstreamOf, type Plan } from '../files/plan.ts';
import { readFiles } from '../files/read.ts';
import { problemJson } from '../files/snippet.ts';
import { countText, tellProblems } from '../files/tell-problems.ts';
import { allPages, SCENARIO_SLUGS, type ScenarioRef, type Session } from '../session.ts';

export const apply = command({
  name: 'apply',
  summary: 'Makes the project’s scenarios what the files say, and shows what changes',
  words: '<files…>',
  more: `A file’s scenario is the one with its slug. It is the whole scenario: what it leaves out has its default,
except enabled and owner_user_id, which stay as they are. When anything is wrong in any file, nothing is
written. Applied again, it changes nothing.`,
  options: {
    'dry-run': { type: 'boolean', help: 'show the difference, write nothing' },
    check: { type: 'boolean', help: 'as --dry-run, and exit with 1 when there is a difference' },
    prune: { type: 'boolean', help: 'list scenarios of the project that no file has' },
    yes: { type: 'boolean', help: 'with --prune: delete those; their runs stay' },
  },
  examples: [
    ['hf-scheduler apply scenarios/ --dry-run', 'what would change'],
    ['hf-scheduler apply scenarios/', 'change it'],
    ['hf-scheduler apply scenarios/ --check --prune', 'in CI: does the project equal the folder?'],
  ],
  exitNot: 'with --check: there are differences; else: a change was refused',
  async run(context, { values, words }) {
    const { io, out, session } = context;
    const writes = !values['dry-run'] && !values.check;
    if (values.yes && !values.prune) throw usageError('--yes goes with --prune.');
    const reading = await readFiles(words, io);
    const { plans, problems } = await planFiles(session(), reading);
    if (problems.length > 0) {
      if (out.isJson) out.document({ applied: false, problems: problems.map(problemJson) });
      else {
        tellProblems(problems, io);
        out.note('Nothing was written.');
      }
      return EXIT.usage;
    }
    const extra = values.prune ? await unlisted(session(), plans) : [];
    const deletes = writes && values.yes === true;
    if (!out.isJson) tell(context, plans, extra, { writes, deletes });
    if (writes) await write(session(), plans, deletes ? extra : []);
    if (out.isJson) out.document(toJson(plans, extra, { writes, deletes }));
    const isDifferent = extra.length > 0 || plans.some((plan) => kindOf(plan) !== 'unchanged');
    return values.check && isDifferent ? EXIT.not : EXIT.fine;
  },
});

async function unlisted(session: Session, plans: readonly Plan[]): Promise<ScenarioRef[]> {
  const { databaseId } = await session.project();
  const all = await allPages<ScenarioRef>(session, SCENARIO_SLUGS, { project: String(databaseId) });
  const listed = new Set(plans.map(({ after }) => after.slug));
  const extra = all.filter(({ slug }) => !listed.has(slug));
  const slugs = new Set(extra.map(({ slug }) => slug));
  for (const { after, written } of plans) {
    const missed = upstreamOf(after).find((slug) => slugs.has(slug));
    if (missed === undefined) continue;
    throw new CliError(
      EXIT.usage,
      'VALIDATION',
      `${written.file}: ${after.slug} fires on the success of ${missed}, which no file has.`,
      {
        remedy: 'Deleting that would break it: add a file, or leave --prune out.',
      },
    );
  }
  return extra;
}

/** @throws CliError that says how far it came. */
async function write(session: Session, plans: readonly Plan[], extra: readonly ScenarioRef[]) {
  const changing = inOrder(plans).filter((plan) => kindOf(plan) !== 'unchanged');
  let done = 0;
  try {
    for (const plan of changing) {
      await applyPlan(session, plan);
      done += 1;
    }
    for (const { databaseId } of extra) await deleteScenario(session, databaseId);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const { exitCode, code, message, problems, remedy } = error;
    const slug = changing[done]?.after.slug;
    const text = slug === undefined ? message : `${slug}: ${message}`;
    const far = `${done} of ${countText(changing.length, 'change')} were written before; apply again goes on.`;
    throw new CliError(exitCode, code, text, {
      problems,
      remedy: [remedy, far].filter(Boolean).join(' '),
      cause: error,
    });
  }
}

type Mode = { readonly writes: boolean; readonly deletes: boolean };

const SIGNS = { created: '+', changed: '~', unchanged: '=' } as const;
const COLOURS = { created: 'green', changed: 'yellow', unchanged: 'dim' } as const;

function tell({ out }: Context, plans: readonly Plan[], extra: readonly ScenarioRef[], mode: Mode) {
  const { paint, columns } = out;
  const counts = { created: 0, changed: 0, unchanged: 0 };
  for (const plan of plans) {
    const kind = kindOf(plan);
    counts[kind] += 1;
    out.line(
      `${paint(COLOURS[kind], `${SIGNS[kind]} ${plan.after.slug}`)}  ${paint('dim', summary(plan))}`,
    );
    const { before, after } = plan;
    if (before === null) continue;
    for (const change of differences(before, after)) {
      for (const line of changeLines(change, paint, columns)) out.line(line);
    }
  }
  for (const { slug } of extra) {
    const fate = mode.deletes
      ? 'deleted: no file has it'
      : 'no file has it; --prune --yes deletes it';
    out.line(`${paint('red', `- ${slug}`)}  ${paint('dim', fate)}`);
  }
  const { created, changed, unchanged } = counts;
  const sum = `${created} created, ${changed} changed, ${unchanged} unchanged`;
  const pruned =
    extra.length > 0 ? `, ${extra.length} ${mode.deletes ? 'deleted' : 'in no file'}` : '';
  out.line(`${sum}${pruned}${mode.writes ? '' : ' (nothing is written)'}`);
}

function summary(plan: Plan): string {
  const { after } = plan;
  switch (kindOf(plan)) {
    case 'created': {
      const trigger = after.trigger === null ? 'by hand' : Object.values(after.trigger).join(' ');
      return `new: ${trigger}, ${countText(after.steps.length, 'step')}`;
    }
    case 'changed':
      return 'changed';
    case 'unchanged':
      return 'unchanged';
  }
}

function toJson(plans: readonly Plan[], extra: readonly ScenarioRef[], mode: Mode) {
  return {
    applied: mode.writes,
    scenarios: plans.map((plan) => ({
      slug: plan.after.slug,
      file: plan.written.file,
      result: kindOf(plan),
      changes: plan.before === null ? [] : differences(plan.before, plan.after),
    })),
    unlisted: extra.map(({ slug }) => ({ slug, deleted: mode.deletes })),
  };
}
