import { command, type Context } from '../command.ts';
import { CliError, EXIT } from '../exit.ts';
import { changeLines } from '../files/difference.ts';
import { readFiles } from '../files/read.ts';
import { problemJson } from '../files/snippet.ts';
import { changesOf, planTemplates, resultOf } from '../files/template-plan.ts';
import type { TemplatePlan } from '../files/template-plan.ts';
import { countText, tellProblems } from '../files/tell-problems.ts';
import { FAILURE, type Session } from '../session.ts';
import { problemLine } from '../tell-error.ts';
import { clean } from '../text/width.ts';

export const templateApply = command({
  name: 'template apply',
  summary: 'Makes templates what the files say, and their projects with them',
  words: '<files…>',
  more: `A file’s template is the one with its slug. It is the whole template: what it leaves out has its default. When
anything is wrong in any file, nothing is written. Projects keep what they changed by themselves; one that an edit would
break is left as it was, and told.`,
  options: {
    'dry-run': {
      type: 'boolean',
      help: 'show what would change, in which projects; write nothing',
    },
  },
  examples: [
    ['hf-scheduler template apply templates/ --dry-run', 'what would change'],
    ['hf-scheduler template apply templates/', 'change it'],
  ],
  exitNot: 'a project is left as it was, or would be; or a change was refused',
  async run(context, { values, words }) {
    const { io, out, session } = context;
    const writes = values['dry-run'] !== true;
    const reading = await readFiles(words, io, 'template');
    const { plans, problems } = await planTemplates(session(), reading);
    if (problems.length > 0) {
      if (out.isJson) out.document({ applied: false, problems: problems.map(problemJson) });
      else {
        tellProblems(problems, io);
        out.note('Nothing was written.');
      }
      return EXIT.usage;
    }
    const outcomes = writes ? await write(session(), plans) : plans.map(wouldBe);
    if (out.isJson) {
      out.document({
        applied: writes,
        templates: plans.map((plan, index) => ({
          slug: plan.after.slug,
          file: plan.written.file,
          result: resultOf(plan),
          changes: changesOf(plan),
          ...outcomes[index]!,
        })),
      });
    } else tell(context, plans, outcomes, writes);
    return outcomes.some(({ broken }) => broken.length > 0) ? EXIT.not : EXIT.fine;
  },
});

type Broken = { readonly project: string; readonly problems: readonly Problem[] };
type Problem = Parameters<typeof problemLine>[0];
/** In how many projects something changed, and which were left as they were. */
type Outcome = { readonly projects: number; readonly broken: readonly Broken[] };

function wouldBe({ cells }: TemplatePlan): Outcome {
  const broken = cells.filter(({ change }) => change === 'BROKEN');
  return {
    projects: cells.filter(({ change }) => change === 'UPDATED').length,
    broken: broken.map(({ projectName: project, problems }) => ({ project, problems })),
  };
}

const EDIT = `__typename ... on TemplateEdit {
  changed broken { project { name } problems { path message value } } } ${FAILURE}`;
export const CREATE_TEMPLATE = `mutation CreateTemplate($configuration: JSON!) {
  createTemplate(configuration: $configuration) { ${EDIT} } }`;
export const UPDATE_TEMPLATE = `mutation UpdateTemplate($id: ID!, $configuration: JSON!, $ifVersion: Int!) {
  updateTemplate(id: $id, configuration: $configuration, whole: true, ifVersion: $ifVersion) { ${EDIT} } }`;

type Edit = {
  readonly changed: number;
  readonly broken: readonly {
    readonly project: { readonly name: string };
    readonly problems: readonly Problem[];
  }[];
};

/** @throws CliError that says how far it came. */
async function write(session: Session, plans: readonly TemplatePlan[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const plan of plans) {
    try {
      outcomes.push(await writeOne(session, plan));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const { exitCode, code, message, problems, remedy } = error;
      const far = `${outcomes.length} of ${countText(plans.length, 'template')} were applied before; apply again goes on.`;
      throw new CliError(exitCode, code, `${plan.after.slug}: ${message}`, {
        problems,
        remedy: [remedy, far].filter(Boolean).join(' '),
        cause: error,
      });
    }
  }
  return outcomes;
}

async function writeOne(session: Session, plan: TemplatePlan): Promise<Outcome> {
  const { stored, after } = plan;
  if (resultOf(plan) === 'unchanged') return { projects: 0, broken: [] };
  const edit =
    stored === null
      ? await session.command<Edit>(CREATE_TEMPLATE, { configuration: after })
      : await session.command<Edit>(UPDATE_TEMPLATE, {
          id: String(stored.databaseId),
          configuration: after,
          ifVersion: stored.version,
        });
  const broken = edit.broken.map(({ project, problems }) => ({ project: project.name, problems }));
  return { projects: edit.changed, broken };
}

const SIGNS = { created: '+', changed: '~', unchanged: '=' } as const;
const COLOURS = { created: 'green', changed: 'yellow', unchanged: 'dim' } as const;

function tell(
  { out }: Context,
  plans: readonly TemplatePlan[],
  outcomes: readonly Outcome[],
  isWritten: boolean,
) {
  const { paint, columns } = out;
  const counts = { created: 0, changed: 0, unchanged: 0 };
  for (const [index, plan] of plans.entries()) {
    const result = resultOf(plan);
    const { projects, broken } = outcomes[index]!;
    counts[result] += 1;
    const also = projects > 0 ? `, with ${countText(projects, 'project')}` : '';
    const mark = paint(COLOURS[result], `${SIGNS[result]} ${plan.after.slug}`);
    out.line(`${mark}  ${paint('dim', `${result === 'created' ? 'new' : result}${also}`)}`);
    for (const change of changesOf(plan)) {
      for (const line of changeLines(change, paint, columns)) out.line(line);
    }
    for (const { project, problems } of broken) {
      out.line(
        `    ${paint('red', `! ${clean(project)}`)}  left as it ${isWritten ? 'was' : 'is'}:`,
      );
      for (const problem of problems) out.line(`      ${problemLine(problem)}`);
    }
  }
  const { created, changed, unchanged } = counts;
  const sum = `${created} created, ${changed} changed, ${unchanged} unchanged`;
  out.line(`${sum}${isWritten ? '' : ' (nothing is written)'}`);
}
