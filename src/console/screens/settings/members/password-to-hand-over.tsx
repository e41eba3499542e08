/** A one-time password, and what is to be done with it. */
import { Once } from '../once.tsx';

export function PasswordToHandOver({ name, password }: { name: string; password: string }) {
  return (
    <>
      <p>
        Hand it to {name}. It opens the account once; they choose their own at the first sign-in.
      </p>
      <Once
        label="One-time password"
        text={password}
        warning="It is not shown again. If it is lost, reset the password."
      />
    </>
  );
}
