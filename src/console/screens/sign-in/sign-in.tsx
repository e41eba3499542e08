/** Signing in. What is wrong stands below the field that it is about, in the server's words. */
import { useEffect, useRef, useState, type SubmitEvent } from 'react';
import { signIn, type Refusal } from '../../live/session.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import styles from './sign-in.module.css';

export function SignIn({ why }: { why: string | null }) {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [sending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setSending(true);
    const refused = await signIn(String(given.get('username')), String(given.get('password')));
    setSending(false);
    setRefusal(refused);
    const wrong = problemIn(refused, 'username') === null ? 'password' : 'username';
    if (refused) form.current?.querySelector<HTMLInputElement>(`[name=${wrong}]`)?.select();
  }

  useEffect(() => {
    document.title = 'Sign in · Honeyframe';
    // Nothing else is on the page that one could want.
    form.current?.querySelector('input')?.focus();
  }, []);

  const problems = {
    username: problemIn(refusal, 'username'),
    password: problemIn(refusal, 'password'),
  };
  const isPlaced = problems.username !== null || problems.password !== null;
  return (
    <main className={styles['screen']}>
      <form
        ref={form}
        className={styles['card']}
        onSubmit={(event) => void submit(event)}
        noValidate
      >
        <img src="/icon.svg" alt="" width="40" height="40" />
        <h1>Sign in to Honeyframe</h1>
        {why !== null && !refusal && <p role="status">{why}</p>}
        {refusal && !isPlaced && (
          <p role="alert" className={styles['refusal']}>
            {refusal.message}
          </p>
        )}
        <Field label="E-mail" problem={problems.username}>
          {(given) => (
            <input {...given} name="username" type="email" autoComplete="username" required />
          )}
        </Field>
        <Field label="Password" problem={problems.password}>
          {(given) => (
            <input
              {...given}
              name="password"
              type="password"
              autoComplete="current-password"
              required
            />
          )}
        </Field>
        <Button type="submit" kind="primary" busy={sending}>
          {sending ? 'Signing in …' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}

function problemIn(refusal: Refusal | null, field: string): string | null {
  return refusal?.details.find(({ path }) => path?.[0] === field)?.message ?? null;
}
