/** What programs ask the API with: one's own tokens, an administrator sees everybody's. Those that are good come
 *  first, the latest of each first. */
import { useState } from 'react';
import { SettingsTokensDocument } from '../../../generated/graphql.ts';
import { useNow } from '../../../live/now.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { Button } from '../../../parts/button.tsx';
import { FilterLinks, useFilter } from '../../../parts/filter-links.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Empty, Failure, Skeleton } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { count } from '../../../parts/progress.tsx';
import { useIsAdmin } from '../../../shell/use-viewer.ts';
import { IssueToken } from './issue-token.tsx';
import { RevokeToken } from './revoke-token.tsx';
import { TokenRow } from './token-row.tsx';
import { isGood, type Token } from './token-words.ts';
import styles from '../settings.module.css';

const MINUTE = 60_000;
// Drawn at once; the rest when it is asked for.
const PAGE = 50;

export default function Tokens() {
  const isAdmin = useIsAdmin() ?? false;
  const { data, error, loading, reread } = useLiveQuery(SettingsTokensDocument, {});
  const now = useNow(MINUTE);
  const whose = useFilter('whose', ['mine']);
  const state = useFilter('state', ['good', 'over']);
  const [shown, setShown] = useState(PAGE);
  const [issuing, setIssuing] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const all = data?.tokens ?? [];
  const chosen = all.filter(
    (token) =>
      (!whose || token.isMine) && (!state || state.includes(isGood(token, now) ? 'good' : 'over')),
  );
  const sorted = [
    ...chosen.filter((token) => isGood(token, now)),
    ...chosen.filter((token) => !isGood(token, now)),
  ];
  return (
    <Panel
      title="Tokens"
      flush
      note={data && count(all.length)}
      actions={
        <Button kind="primary" icon={<Icon name="plus" />} onClick={() => setIssuing(true)}>
          Issue a token
        </Button>
      }
    >
      <div className={styles['bar']}>
        <p className={styles['quiet']}>
          A token lets a program do what you may, or less.
          {!isAdmin && ' You see your own; administrators of the organisation see all.'}
        </p>
        {isAdmin && (
          <FilterLinks
            label="Whose"
            name="whose"
            chosen={whose}
            options={[{ value: 'mine', label: 'Your own' }]}
          />
        )}
        <FilterLinks
          label="State"
          name="state"
          chosen={state}
          options={[
            { value: 'good', label: 'Good' },
            { value: 'over', label: 'Ended' },
          ]}
        />
      </div>
      {loading && (
        <div className={styles['waiting']}>
          <Skeleton lines={8} height="1.6rem" />
        </div>
      )}
      {error && <Failure error={error} onRetry={reread} />}
      {data && sorted.length === 0 && (
        <Empty title={all.length === 0 ? 'No tokens yet' : 'No token is like that'}>
          <p>
            {all.length === 0
              ? 'Issue one for each program, so that each can be revoked alone.'
              : 'Choose other filters.'}
          </p>
        </Empty>
      )}
      {sorted.length > 0 && (
        <table className={styles['list']} aria-label="Tokens">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">State</th>
              {isAdmin && <th scope="col">Owner</th>}
              <th scope="col">May</th>
              <th scope="col">Project</th>
              <th scope="col">Last used</th>
              <th scope="col">Ends</th>
              <th scope="col">
                <span className="visually-hidden">Revoke</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shown).map((token) => (
              <TokenRow
                key={token.id}
                token={token}
                nowMs={now}
                withOwner={isAdmin}
                onRevoke={() => setRevoking(token)}
              />
            ))}
          </tbody>
        </table>
      )}
      {sorted.length > shown && (
        <div className={styles['waiting']}>
          <Button onClick={() => setShown(shown + PAGE)}>
            Show {count(Math.min(PAGE, sorted.length - shown))} more of {count(sorted.length)}
          </Button>
        </div>
      )}
      {data && (
        <p className={styles['note']}>
          The times of use, and what others change meanwhile, show after{' '}
          <button type="button" className={styles['again']} onClick={reread}>
            reading again
          </button>
          .
        </p>
      )}
      {issuing && <IssueToken onClose={() => setIssuing(false)} onChange={reread} />}
      {revoking && (
        <RevokeToken token={revoking} onClose={() => setRevoking(null)} onChange={reread} />
      )}
    </Panel>
  );
}
