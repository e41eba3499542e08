/** Whoever signed in with a password that was handed over chooses one before anything else. */
import { useEffect } from 'react';
import { signOut, type Me } from '../../live/session.ts';
import { Button } from '../../parts/button.tsx';
import { PasswordForm } from '../settings/you/password-form.tsx';
import styles from './own-password.module.css';

export default function OwnPassword({ me }: { me: Me }) {
  useEffect(() => {
    document.title = 'Choose a password · Honeyframe';
    // Nothing else is on the page that one could want.
    document.querySelector<HTMLInputElement>('input[name="current"]')?.focus();
  }, []);
  return (
    <main className={styles['screen']}>
      <div className={styles['card']}>
        <img src="/icon.svg" alt="" width="40" height="40" />
        <h1>Choose a password of your own</h1>
        <p>
          {me.name}, you came in with a password that somebody gave you. Choose one that only you
          know; then you go on to where you wanted to go.
        </p>
        <PasswordForm current="The password that you were given" />
        <div>
          <Button kind="quiet" onClick={() => void signOut()}>
            Sign out
          </Button>
        </div>
      </div>
    </main>
  );
}
