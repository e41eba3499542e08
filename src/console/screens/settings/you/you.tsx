/** Oneself: who one is here, and one's password. */
import { useState } from 'react';
import { SettingsYouDocument } from '../../../generated/graphql.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { Failure, Skeleton } from '../../../parts/notice.tsx';
import { Callout } from '../../../parts/callout.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { roleLabel } from '../roles.ts';
import { PasswordForm } from './password-form.tsx';
import styles from '../settings.module.css';

export default function You() {
  const { data, error, reread } = useLiveQuery(SettingsYouDocument, {});
  // Another form once it has been used, with nothing typed in it.
  const [changes, setChanges] = useState(0);
  const viewer = data?.viewer;
  return (
    <div className={styles['parts']} data-beside>
      <Panel title="Your password">
        <div className={styles['form']}>
          {changes > 0 && (
            <Callout tone="calm" icon="user" title="Your password is changed.">
              <p>Sign in with the new one from now on; what is open stays open.</p>
            </Callout>
          )}
          <PasswordForm key={changes} onChanged={() => setChanges(changes + 1)} />
        </div>
      </Panel>
      <Panel title="You">
        {error && !data && <Failure error={error} onRetry={reread} />}
        {!viewer && !error && <Skeleton lines={4} />}
        {viewer && (
          <dl className={styles['facts']}>
            <dt>Name</dt>
            <dd>{viewer.user.name}</dd>
            <dt>Address</dt>
            <dd>{viewer.user.email}</dd>
            <dt>Organisation</dt>
            <dd>{viewer.organisation.name}</dd>
            <dt>Role</dt>
            <dd>
              {viewer.role ? `${roleLabel(viewer.role)}, on every project` : 'On single projects'}
            </dd>
          </dl>
        )}
      </Panel>
    </div>
  );
}
