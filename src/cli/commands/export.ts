import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { command } from '../command.ts';
import { EXIT } from '../exit.ts';
import type { Configuration } from '../files/plan.ts';
import { countText } from '../files/tell-problems.ts';
import { joinDocuments, toYaml } from '../files/write.ts';
import { allPages, type Session } from '../session.ts';

export const CONFIGURATIONS = `query Configurations($project: ID!, $first: Int!, $after: String) {
  scenarios(filter: { projectId: $project }, first: $first, after: $after) {
    nodes { slug configuration } pageInfo { hasNextPage endCursor } } }`;
export const CONFIGURATION = `query Configuration($id: ID!) { scenario(id: $id) { configuration } }`;

export const exportScenarios = command({
  name: 'export',
  summary: 'Writes scenarios as YAML that apply reads back without a difference',
  words: '[slug…]',
  more: 'All scenarios of the project, by slug, unless some are named.',
  options: {
    output: {
      type: 'string',
      value: 'FOLDER',
      help: 'one file a scenario; else to standard output',
    },
    owners: { type: 'boolean', help: 'with owner_user_id, a number of this installation' },
  },
  examples: [
    ['hf-scheduler export > scenarios.yaml', 'all in one file'],
    ['hf-scheduler export --output scenarios/', 'one file each, for a repository'],
    ['hf-scheduler export nightly-mart-refresh', 'one, to look at'],
  ],
  async run({ io, out, session }, { values, words }) {
    const found = await read(session(), words);
    if (out.isJson) {
      out.document(found);
      return EXIT.fine;
    }
    const withOwner = values.owners === true;
    if (values.output === undefined) {
      if (found.length > 0) {
        io.stdout.write(joinDocuments(found.map((each) => toYaml(each, { withOwner }))));
      }
      return EXIT.fine;
    }
    const folder = resolve(io.cwd, values.output);
    await mkdir(folder, { recursive: true });
    for (const each of found) {
      await writeFile(join(folder, `${each.slug}.yaml`), toYaml(each, { withOwner }));
    }
    out.line(`${countText(found.length, 'file')} in ${values.output}`);
    return EXIT.fine;
  },
});

async function read(session: Session, slugs: readonly string[]): Promise<Configuration[]> {
  if (slugs.length === 0) {
    const { databaseId } = await session.project();
    const project = String(databaseId);
    const all = await allPages<{ slug: string; configuration: Configuration }>(
      session,
      CONFIGURATIONS,
      { project },
    );
    return all.map(({ configuration }) => configuration).sort((a, b) => (a.slug < b.slug ? -1 : 1));
  }
  return Promise.all(
    slugs.map(async (slug) => {
      const { databaseId } = await session.scenario(slug);
      type Answer = { scenario: { configuration: Configuration } };
      const { scenario } = await session.query<Answer>(CONFIGURATION, { id: String(databaseId) });
      return scenario.configuration;
    }),
  );
}
