/** Says when the whole organisation is paused: then every other sign of this screen is green and nothing starts. */
import { OperationsPauseDocument } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { Callout } from '../../parts/callout.tsx';
import { Ago } from '../../parts/time.tsx';

/** @param pulse of what a pause shows itself in: decisions about due times, beats. */
export function PauseNotice({ pulse }: { pulse: string }) {
  const { data } = useLiveQuery(OperationsPauseDocument, {}, pulse);
  if (!data) return null;
  const { name, pause } = data.viewer.organisation;
  const { pausedAt, draining, note } = pause;
  if (pausedAt === null) return null;
  return (
    <Callout
      tone="warn"
      title={
        <>
          {name} as a whole was paused <Ago at={pausedAt} />
        </>
      }
    >
      <p>
        Due times pass and are recorded as paused.{' '}
        {draining ? 'Queued runs stay queued.' : 'Runs that are queued still go.'}
        {note !== null && ` Why: ${note}`}
      </p>
    </Callout>
  );
}
