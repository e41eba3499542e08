/** Changes one's own password, knowing the old one. */
import { useRef, useState, type SubmitEvent } from 'react';
import { SettingsChangePasswordDocument } from '../../../generated/graphql.ts';
import { passwordChanged, useSession } from '../../../live/session.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Field } from '../../../parts/field.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import styles from '../settings.module.css';

const UNLIKE = 'is not what you typed above';

export function PasswordForm({
  current = 'Password in force',
  onChanged,
}: {
  /** What the old one is called. */
  current?: string;
  onChanged?: () => void;
}) {
  const form = useRef<HTMLFormElement>(null);
  const session = useSession();
  const { send, sending, refused, clear } = useCommand(SettingsChangePasswordDocument);
  const [isUnlike, setUnlike] = useState(false);
  const problemOf = (field: string) =>
    refused?.problems.find(({ path }) => path[0] === field)?.message;
  const isPlaced = problemOf('current') !== undefined || problemOf('new') !== undefined;

  function point(field: string) {
    form.current?.querySelector<HTMLInputElement>(`[name="${field}"]`)?.select();
  }

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const next = String(given.get('new'));
    clear();
    setUnlike(next !== given.get('again'));
    if (next !== given.get('again')) return point('again');
    const answer = await send({ current: String(given.get('current')), new: next });
    if (answer?.changePassword.__typename !== 'Viewer') return point('current');
    onChanged?.();
    passwordChanged();
  }

  return (
    <form ref={form} className={styles['form']} onSubmit={(event) => void submit(event)}>
      {!isPlaced && <Refusal refused={refused} />}
      {/* For the browser's own store of passwords. */}
      {session.state === 'in' && (
        <input
          type="text"
          name="username"
          autoComplete="username"
          value={session.me.email}
          readOnly
          hidden
        />
      )}
      <Field label={current} problem={problemOf('current')}>
        {(given) => (
          <input
            {...given}
            name="current"
            type="password"
            autoComplete="current-password"
            required
          />
        )}
      </Field>
      <Field
        label="New password"
        problem={problemOf('new')}
        help="At least 10 characters. A few words that only you would put together are good."
      >
        {(given) => (
          <input
            {...given}
            name="new"
            type="password"
            autoComplete="new-password"
            maxLength={1024}
            required
          />
        )}
      </Field>
      <Field label="The new one again" problem={isUnlike ? UNLIKE : null}>
        {(given) => (
          <input {...given} name="again" type="password" autoComplete="new-password" required />
        )}
      </Field>
      <div>
        <Button type="submit" kind="primary" busy={sending}>
          Change the password
        </Button>
      </div>
    </form>
  );
}
