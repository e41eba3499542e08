/** What made a run, in words and links. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { paths, usePlace } from '../../shell/place.ts';
import { SOURCE_WORDS } from '../../words/states.ts';
import styles from './run.module.css';

type Named = { readonly name: string; readonly email: string } | null;
type Relative = { readonly id: string; readonly databaseId: number; readonly name: string };

type Caused = {
  readonly source: string;
  readonly sourceKey: string;
  readonly retryMode: string | null;
  readonly triggeredBy: Named;
  readonly origin: Relative | null;
  readonly upstreamRuns: readonly Relative[];
};

/** The run that a retry repeats: `retry:<that run>:<this run>`. */
export function retriedRun({ source, sourceKey }: Pick<Caused, 'source' | 'sourceKey'>) {
  const [, of] = (source === 'MANUAL' && /^retry:(\d+):/.exec(sourceKey)) || [];
  return of === undefined ? null : Number(of);
}

export function Source({ run }: { run: Caused }): ReactNode {
  const { project } = usePlace();
  const by = run.triggeredBy && <> by {run.triggeredBy.name || run.triggeredBy.email}</>;
  const retried = retriedRun(run);
  if (retried !== null) {
    const from = run.retryMode === 'FROM_FAILED' ? 'from the step that failed' : 'from the start';
    return (
      <>
        Retry of <RunNumber project={project.slug} id={retried} /> {from}
        {by}
      </>
    );
  }
  if (run.source === 'UPSTREAM' && run.upstreamRuns.length > 0) {
    return (
      <>
        On success of{' '}
        {run.upstreamRuns.map(({ id, databaseId, name }, at) => (
          <span key={id}>
            {at > 0 && ', '}
            {name}, <RunNumber project={project.slug} id={databaseId} />
          </span>
        ))}
      </>
    );
  }
  if (run.source === 'BACKFILL') {
    return (
      <>
        Backfill {run.sourceKey}
        {by}
      </>
    );
  }
  const words = SOURCE_WORDS[run.source] ?? run.source.toLowerCase();
  return (
    <>
      {words.charAt(0).toUpperCase()}
      {words.slice(1)}
      {by && <>,{by}</>}
    </>
  );
}

function RunNumber({ project, id }: { project: string; id: number }) {
  return (
    <Link href={paths.run(project, id)} className={styles['link']}>
      run {id}
    </Link>
  );
}
