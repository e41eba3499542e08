/** The files that steps leave with their run. */
import { isShown, listArtifacts } from '#domain/run/artifact.ts';
import type { ArtifactRow } from '#domain/run/artifact.sql.ts';
import { builder } from './builder.ts';
import { loader } from './loader.ts';
import { Run } from './run.ts';

type ArtifactShape = ArtifactRow & { readonly runId: number };

const pathOf = ({ runId, pos, name }: ArtifactShape) =>
  `/api/scheduler/runs/${runId}/artifacts/${encodeURIComponent(name)}?pos=${pos}`;

const Artifact = builder.objectRef<ArtifactShape>('Artifact').implement({
  description: 'A file that a step left with its run.',
  fields: (t) => ({
    pos: t.exposeInt('pos', { description: 'The step, by its position.' }),
    name: t.exposeString('name', { description: 'Unique in the step.' }),
    mediaType: t.exposeString('mediaType', { description: 'As in `application/pdf`.' }),
    size: t.exposeInt('size', { description: 'In bytes.' }),
    path: t.string({
      description: 'Where REST has its bytes, as a download.',
      resolve: pathOf,
    }),
    inlinePath: t.string({
      nullable: true,
      description: 'Where a browser shows it: of a PDF; null for all else.',
      resolve: (file) => (isShown(file) ? `${pathOf(file)}&inline=true` : null),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

const artifactsOf = loader(async (ids, { pool }) => {
  const found = await listArtifacts(pool, ids);
  return ids.map((id) => ({ id, files: found.get(id) ?? [] }));
});

builder.prismaObjectField(Run, 'artifacts', (t) =>
  t.field({
    type: [Artifact],
    description: 'Files that its steps left, such as reports as they were sent.',
    select: { id: true },
    resolve: async ({ id }, _args, context) =>
      (await artifactsOf(context).load(Number(id)))?.files ?? [],
  }),
);
