/** The scheduler's pulse, on every screen. */
import { useLost } from '../live/lost.ts';
import { useStream } from '../live/use-stream.ts';
import { ShellHealthDocument } from '../generated/graphql.ts';
import { Link } from 'wouter';
import { Tip } from '../parts/tip.tsx';
import { paths } from './place.ts';
import styles from './shell.module.css';

const WORDS = {
  GREEN: ['Alive', 'A worker has beaten within a minute.'],
  AMBER: ['Late', 'No worker has beaten for a minute, or the ticker is stuck.'],
  RED: ['Down', 'No worker has beaten for 90 s: nothing runs.'],
} as const;

export function HealthBadge({ project }: { project: string }) {
  const { data } = useStream(ShellHealthDocument, {});
  const lost = useLost() !== null;
  const state = lost ? undefined : data?.schedulerHealth.health.state;
  const unknown = lost ? ['Unknown', 'The connection is lost.'] : ['…', 'Not heard of yet.'];
  const [label, why] = state ? WORDS[state] : unknown;
  return (
    <Tip text={why}>
      <Link
        href={paths.operations(project)}
        className={styles['health']}
        data-state={state ?? 'NONE'}
      >
        <i aria-hidden="true" />
        <span className="visually-hidden">Scheduler: </span>
        {label}
      </Link>
    </Tip>
  );
}
