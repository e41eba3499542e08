/** Switching a template on or off for projects: what became of each, in the server's words. */
import type { Client } from 'urql';
import {
  SetTemplateEnabledDocument,
  type SetTemplateEnabledMutation,
} from '../../generated/graphql.ts';
import type { Problem, Refused } from '../../live/use-command.ts';
import type { Told } from './matrix/sheet.ts';

type Answer = Extract<SetTemplateEnabledMutation['setTemplateEnabled'], { __typename: 'CellsSet' }>;

export type SetCell = Answer['cells'][number];
export type RefusedCell = Answer['refused'][number];

export type Outcome = {
  readonly cells: readonly SetCell[];
  /** Those that stay as they were. */
  readonly refused: readonly RefusedCell[];
  /** Nothing was done at all. */
  readonly failure: Refused | null;
};

export type Asked = {
  readonly templateId: string;
  readonly projectIds: readonly string[];
  readonly enabled: boolean;
  readonly values?: Readonly<Record<string, unknown>>;
};

export async function setEnabled(client: Client, asked: Asked): Promise<Outcome> {
  const { templateId, projectIds, enabled, values = null } = asked;
  const { data, error } = await client
    .mutation(SetTemplateEnabledDocument, {
      templateId,
      projectIds: [...projectIds],
      enabled,
      values,
    })
    .toPromise();
  const answer = data?.setTemplateEnabled;
  if (answer?.__typename === 'CellsSet') return { ...answer, failure: null };
  const told = answer ?? {
    message: error?.graphQLErrors.map(({ message }) => message).join('; ') || error?.message,
  };
  return {
    cells: [],
    refused: [],
    failure: {
      message: told.message ?? 'No answer came.',
      problems: 'problems' in told ? told.problems : [],
      kind: answer?.__typename ?? null,
      facts: {},
    },
  };
}

/** As a grid shows them. */
export const toldOf = (templateId: string, cells: readonly SetCell[]): Told[] =>
  cells.map(({ project, state, overrides }) => ({
    templateId,
    projectId: project.id,
    state,
    overridden: overrides.length > 0,
  }));

/** About a parameter, of which a form has a field. @returns its name. */
export const parameterOf = ({ path }: Problem): string | null =>
  path[0] === 'values' && path[1] !== undefined ? path[1] : null;

/** Whether giving values may mend it. */
export const wantsValues = ({ problems }: { readonly problems: readonly Problem[] }): boolean =>
  problems.some((problem) => parameterOf(problem) !== null);
