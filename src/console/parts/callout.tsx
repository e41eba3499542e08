/** Something about the whole screen that one should know before reading on: a pause, a fault, unsaved work. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';
import styles from './callout.module.css';

export type CalloutTone = 'bad' | 'warn' | 'busy' | 'calm';

const ICONS = {
  bad: 'warn',
  warn: 'warn',
  busy: 'pulse',
  calm: 'history',
} as const satisfies Record<CalloutTone, IconName>;

/** @param title one line that says it all. @param actions what one may do about it. */
export function Callout({
  tone,
  title,
  icon,
  actions,
  children,
}: {
  tone: CalloutTone;
  title: ReactNode;
  icon?: IconName;
  actions?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className={styles['callout']} data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={icon ?? ICONS[tone]} />
      <div className={styles['words']}>
        <p className={styles['title']}>{title}</p>
        {children}
      </div>
      {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
    </div>
  );
}
