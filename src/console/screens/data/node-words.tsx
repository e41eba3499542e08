/** How a node stands, in a few words that age by themselves. */
import { count } from '../../parts/progress.tsx';
import { Ago, Took } from '../../parts/time.tsx';
import { stateOf, whyOf, type FlowNode } from './flow.ts';

export function NodeWords({ node }: { node: FlowNode }) {
  const state = stateOf(node);
  const { activity, writtenAt, kind } = node;
  if (state === 'RUNNING' && activity) {
    const { progress, startedAt } = activity;
    return (
      <>
        {progress && progress.done > 0 && (
          <>
            {count(progress.done)}
            {progress.total ? ` of ${count(progress.total)}` : ''} ·{' '}
          </>
        )}
        <Took from={startedAt} to={null} />
      </>
    );
  }
  if (state === 'QUEUED') return <>waits for a worker</>;
  const why = whyOf(node);
  if (state === 'FAILED') return <>failed{why ? `: ${why}` : ''}</>;
  if (state === 'STALE') return <>stale: {why}</>;
  if (state === 'NEVER') return <>{kind === 'RECIPE' ? 'never built' : 'never written'}</>;
  if (state === 'NONE') return <>reads nothing here</>;
  return writtenAt ? (
    <>
      fresh · <Ago at={writtenAt} />
    </>
  ) : (
    <>fresh</>
  );
}
