/** Writing a cell and its scenario. The caller holds the template, the cell, `lockLinks` where the template names
 *  upstreams, and the slot of the scenario that there is. */
import { isDeepStrictEqual } from 'node:util';
import { row, rows, type Client, type Queryable } from '#platform/db.ts';
import { recordChange } from '../access/audit.ts';
import type { Principal } from '../access/principal.ts';
import { payloadOf } from '../event/channels.ts';
import { toJsonb } from '../event/event.ts';
import type { Project } from '../project/project.ts';
import { findFreeSlug, insertNew, isSlugTaken, writeWanted } from '../scenario/save-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import * as sql from './cell.sql.ts';
import { followed, type Judged } from './judge-cell.ts';
import type { TemplateConfiguration } from './template-input.ts';
import { notifyTemplates, type CellRow } from './template.sql.ts';

// Each try finds the slug taken by another request that has just committed; more than a few in a row do not happen.
const MAX_TRIES = 10;

export type CellDraft = Pick<
  CellRow,
  'templateId' | 'projectId' | 'orgId' | 'state' | 'values' | 'scenarioId' | 'applied' | 'problem'
>;

/** Makes the project's scenario. Its slug is the template's, with a number where the project has such a scenario. */
export async function makeScenario(
  tx: Client,
  who: Principal,
  template: Pick<TemplateConfiguration, 'slug'>,
  project: Project,
  { input }: Judged,
): Promise<Scenario> {
  for (let tries = 1; ; tries += 1) {
    const slug = await findFreeSlug(tx, project.id, template.slug);
    await tx.query('savepoint scenario');
    try {
      const made = await insertNew(tx, who, project, { ...input, slug });
      await tx.query('release savepoint scenario');
      return made;
    } catch (error) {
      if (!isSlugTaken(error) || tries === MAX_TRIES) throw error;
      await tx.query('rollback to savepoint scenario');
    }
  }
}

/** Lets a scenario follow its template, except in what the project has overridden. */
export function followTemplate(
  tx: Client,
  who: Principal,
  scenario: Scenario,
  judged: Judged,
  { switchOn }: { readonly switchOn: boolean },
): Promise<Scenario> {
  const config = followed(scenario, judged);
  const retimed = !isDeepStrictEqual(config.trigger, scenario.trigger);
  return writeWanted(tx, who, scenario, {
    config: switchOn ? { ...config, enabled: true } : config,
    writesTrigger: retimed || (switchOn && !judged.overridden.includes('trigger')),
  });
}

export async function saveCell(tx: Queryable, who: Principal, draft: CellDraft): Promise<CellRow> {
  const { templateId, projectId, orgId, state, values, scenarioId, applied, problem } = draft;
  const saved = await row(tx, sql.saveCell, [
    templateId,
    projectId,
    orgId,
    state,
    toJsonb(values),
    scenarioId,
    applied === null ? null : toJsonb(applied),
    problem === null ? null : toJsonb(problem),
    who.userId,
  ]);
  return saved!;
}

/** @param before null: there was none. */
export function recordCell(
  tx: Queryable,
  who: Principal,
  verb: 'enable' | 'disable',
  before: CellRow | null,
  after: CellDraft,
): Promise<void> {
  return recordChange(tx, who, {
    action: `template.${verb}`,
    resourceType: 'template',
    resourceId: after.templateId,
    before: before === null ? undefined : told(before),
    after: told(after),
  });
}

function told({ projectId, state, values, scenarioId, problem }: CellDraft) {
  return { projectId, state, values, scenarioId, ...(problem !== null && { problem }) };
}

export async function notifyTemplate(tx: Queryable, ...templateIds: number[]): Promise<void> {
  await rows(tx, notifyTemplates, [payloadOf(templateIds)]);
}
