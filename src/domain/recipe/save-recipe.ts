/** Recipes made, changed and deleted by those who may edit their project. The slug stays what it is: steps and other
 *  recipes name it. */
import { isDeepStrictEqual } from 'node:util';
import { row, rows, sqlState, transaction, type Client, type Pool } from '#platform/db.ts';
import { DomainError, invalid } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import { permit, type Principal } from '../access/principal.ts';
import { tellFlow } from '../event/tell-flow.ts';
import { refuseUsed } from '../flow/uses.ts';
import { getProject } from '../project/project.ts';
import { recipeProblems, settleRecipe, type RecipeInput } from './recipe-input.ts';
import * as sql from './save-recipe.sql.ts';

export type { RecipeInput } from './recipe-input.ts';
export type RecipeChange = Partial<Omit<RecipeInput, 'slug' | 'kind'>>;

/** What decides about the rows. */
type Made = Pick<sql.StoredRecipe, 'sql' | 'code' | 'inputs' | 'outputDatasetId'>;

/** @throws DomainError VALIDATION with every problem by its place, CONFLICT where the slug is taken, NOT_FOUND for a
 *  project that the caller may not see, FORBIDDEN. */
export async function createRecipe(
  pool: Pool,
  who: Principal,
  projectId: number,
  input: RecipeInput,
): Promise<sql.StoredRecipe> {
  try {
    return await transaction(pool, async (tx) => {
      await getProject(tx, who, projectId, 'project.edit');
      await rows(tx, sql.lockProject, [projectId]);
      const wanted = await parse(tx, projectId, null, input);
      const made = (await row(tx, sql.insertRecipe, [
        who.orgId,
        projectId,
        wanted.slug,
        wanted.name,
        wanted.kind,
        wanted.sql,
        wanted.code,
        wanted.inputs,
        wanted.outputDatasetId,
      ]))!;
      await record(tx, who, null, made);
      return made;
    });
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    const message = `The project has a recipe ${input.slug} already; choose another slug.`;
    throw new DomainError('CONFLICT', message, { cause: error });
  }
}

/** Changes what is named; one that changes nothing writes nothing.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; VALIDATION with every problem by its place. */
export async function updateRecipe(
  pool: Pool,
  who: Principal,
  id: number,
  change: RecipeChange,
): Promise<sql.StoredRecipe> {
  return transaction(pool, async (tx) => {
    const before = await lock(tx, who, id);
    const { slug, kind } = before;
    const given = { ...before, ...change, ...{ slug, kind } } as RecipeInput;
    const wanted = await parse(tx, before.projectId, id, given);
    const part = ({ sql: text, code, inputs, outputDatasetId }: Made) => [
      ...[text, code, inputs, outputDatasetId],
    ];
    const makesOther = !isDeepStrictEqual(part(before), part(wanted));
    if (!makesOther && wanted.name === before.name) return before;
    const after = (await row(tx, sql.updateRecipe, [
      id,
      wanted.name,
      wanted.sql,
      wanted.code,
      wanted.inputs,
      wanted.outputDatasetId,
      makesOther,
    ]))!;
    await record(tx, who, before, after);
    return after;
  });
}

/** What it has built stays in the warehouse.
 *  @returns what it was.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; CONFLICT with `facts.uses` that read or run it. */
export async function deleteRecipe(
  pool: Pool,
  who: Principal,
  id: number,
): Promise<sql.StoredRecipe> {
  return transaction(pool, async (tx) => {
    const before = await lock(tx, who, id);
    await refuseUsed(tx, who, 'recipe', before);
    await rows(tx, sql.deleteRecipe, [id]);
    await record(tx, who, before, null);
    return before;
  });
}

async function parse(tx: Client, projectId: number, id: number | null, input: RecipeInput) {
  const stored = await rows(tx, sql.listStored, [projectId]);
  const others = stored.filter((recipe) => recipe.id !== id);
  const datasets = await rows(tx, sql.listTargets, [projectId]);
  const wanted = settleRecipe(input);
  const problems = recipeProblems(wanted, others, datasets);
  if (problems.length > 0) throw invalid(problems);
  return wanted;
}

/** Edits of a project's recipes come one after the other. */
async function lock(tx: Client, who: Principal, id: number): Promise<sql.StoredRecipe> {
  const seen = await row(tx, sql.findRecipe, [who.orgId, id]);
  if (seen === null) throw new DomainError('NOT_FOUND', `No recipe ${id}.`);
  permit(who, 'project.edit', seen.projectId, { type: 'recipe', id });
  await rows(tx, sql.lockProject, [seen.projectId]);
  const found = await row(tx, sql.findRecipe, [who.orgId, id]);
  if (found === null) throw new DomainError('NOT_FOUND', `No recipe ${id}.`);
  return found;
}

async function record(
  tx: Client,
  who: Principal,
  before: sql.StoredRecipe | null,
  after: sql.StoredRecipe | null,
): Promise<void> {
  const { id, projectId } = (after ?? before)!;
  await recordChange(tx, who, {
    action: `recipe.${before === null ? 'create' : after === null ? 'delete' : 'update'}`,
    resourceType: 'recipe',
    resourceId: id,
    before: before ?? undefined,
    after: after ?? undefined,
  });
  await tellFlow(tx, projectId);
}
