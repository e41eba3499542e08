/** What one presses. `kind` says how loud it is: one `primary` a screen. */
import type { ComponentProps, ReactNode } from 'react';
import { Link } from 'wouter';
import styles from './button.module.css';

export type ButtonKind = 'primary' | 'plain' | 'quiet' | 'danger';

type Look = { kind?: ButtonKind; icon?: ReactNode };

export function Button({
  kind = 'plain',
  icon,
  busy = false,
  children,
  ...rest
}: ComponentProps<'button'> & Look & { busy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      className={styles['button']}
      data-kind={kind}
      data-bare={children === undefined || undefined}
      aria-busy={busy || undefined}
      disabled={rest.disabled || busy}
    >
      {icon}
      {children}
    </button>
  );
}

export function ButtonLink({
  kind = 'plain',
  icon,
  href,
  children,
}: Look & { href: string; children: ReactNode }) {
  return (
    <Link href={href} className={styles['button']} data-kind={kind}>
      {icon}
      {children}
    </Link>
  );
}
