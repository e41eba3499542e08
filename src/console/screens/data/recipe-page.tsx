/** A recipe: what it says, what came of its last build, a few of its rows, what uses it. */
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { DataRecipeDocument, DataRecipeSampleDocument } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { count } from '../../parts/progress.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { Build } from './build.tsx';
import { DeleteRecipe } from './delete.tsx';
import { LastRuns, Sample, Stands, UsedBy, WithoutNode } from './detail.tsx';
import { isActive, NODE_LOOKS, stateOf, useDataPulse } from './flow.ts';
import RecipeForm from './recipe-form.tsx';
import styles from './data.module.css';

export default function RecipePage({ id }: { id: string }) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  const { data, error, reread } = useLiveQuery(DataRecipeDocument, { id }, useDataPulse());
  const list = { href: paths.data(project.slug, 'recipes'), label: 'Recipes' };
  const recipe = data?.recipe;
  if (!recipe) {
    return <WithoutNode list={list} isRead={data !== undefined} error={error} onRetry={reread} />;
  }
  const { name, slug, flow, kind, canEdit, output, builtBy } = recipe;
  const body = recipe.sql ?? recipe.code ?? '';
  return (
    <Page
      title={name}
      crumbs={[{ href: paths.data(project.slug), label: 'Data' }, list]}
      state={flow && <StateMark looks={NODE_LOOKS} state={stateOf(flow)} />}
      meta={<code>{slug}</code>}
      actions={
        canEdit && (
          <>
            <Build
              kind="primary"
              recipe={recipe}
              busy={isActive(flow?.activity)}
              isPython={kind === 'PYTHON'}
            />
            <Button icon={<Icon name="edit" />} onClick={() => setOpen('edit')}>
              Edit
            </Button>
            <Button
              kind="quiet"
              icon={<Icon name="bin" />}
              aria-label={`Delete ${name}`}
              onClick={() => setOpen('delete')}
            />
          </>
        )
      }
    >
      <Stands node={flow} />
      <div className={styles['grid']}>
        <div className={styles['column']}>
          <Panel
            title={kind === 'PYTHON' ? 'Code' : 'SQL'}
            actions={<CopyButton text={() => body} />}
            flush
          >
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
            <pre className={styles['code']} tabIndex={0} role="region" aria-label="What it says">
              {body}
            </pre>
          </Panel>
          <Sample
            query={DataRecipeSampleDocument}
            id={id}
            writtenAt={flow?.writtenAt ?? null}
            of={(answer) => answer.recipe}
          />
        </div>
        <div className={styles['column']}>
          <Panel title="About">
            <dl className={styles['facts']}>
              <dt>Built</dt>
              <dd>{flow?.writtenAt ? <Ago at={flow.writtenAt} /> : 'never'}</dd>
              {builtBy && (
                <>
                  <dt>Last build</dt>
                  <dd>
                    <Link href={paths.run(project.slug, builtBy.databaseId)}>
                      Run {builtBy.databaseId}
                    </Link>
                  </dd>
                </>
              )}
              <dt>Rows</dt>
              <dd>{flow?.rowCount == null ? '–' : count(flow.rowCount)}</dd>
              <dt>Makes</dt>
              <dd>
                {output ? (
                  <Link href={paths.data(project.slug, 'datasets', output.databaseId)}>
                    {output.name}
                  </Link>
                ) : (
                  <>
                    table <code>{recipe.tableName}</code>
                  </>
                )}
              </dd>
              {recipe.inputs.length > 0 && (
                <>
                  <dt>Inputs</dt>
                  <dd>{recipe.inputs.join(', ')}</dd>
                </>
              )}
              {recipe.buildMessage && (
                <>
                  <dt>dbt says</dt>
                  <dd>{recipe.buildMessage}</dd>
                </>
              )}
            </dl>
          </Panel>
          <UsedBy uses={recipe.usedBy} />
          <LastRuns recent={flow?.recent} />
        </div>
      </div>
      {open === 'edit' && <RecipeForm before={recipe} onClose={() => setOpen(null)} />}
      {open === 'delete' && (
        <DeleteRecipe
          recipe={recipe}
          onClose={() => setOpen(null)}
          onDeleted={() => navigate(list.href, { replace: true })}
        />
      )}
    </Page>
  );
}
