/** What trying a connector came to, in the server's words, and how long it took. */
import { span } from '../../../words/time.ts';
import { StateMark } from '../../../parts/state-mark.tsx';
import type { StateLook } from '../../../words/states.ts';
import type { Tested } from './use-tests.ts';
import styles from './connectors.module.css';

const LOOKS = {
  TESTING: { label: 'Testing', tone: 'busy', shape: 'play' },
  WORKS: { label: 'Works', tone: 'good', shape: 'check' },
  FAILS: { label: 'Does not work', tone: 'bad', shape: 'cross' },
} as const satisfies Record<string, StateLook>;

export function TestResult({ tested }: { tested: Tested | null }) {
  return (
    <div role="status" className={styles['result']}>
      {tested?.state === 'testing' && <StateMark looks={LOOKS} state="TESTING" />}
      {tested?.state === 'done' && (
        <>
          <StateMark looks={LOOKS} state={tested.ok ? 'WORKS' : 'FAILS'} />
          <p>
            {tested.message} <span>in {span(tested.ms)}</span>
          </p>
        </>
      )}
    </div>
  );
}
