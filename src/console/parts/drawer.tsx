/** Something beside the page that belongs to it, such as its history: over its right side, closed by Escape, by its
 *  button and by a click beside it. */
import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import styles from './drawer.module.css';

/** Mount it while it is open. */
export function Drawer({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Base.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup className={styles['drawer']}>
          <header className={styles['head']}>
            <Base.Title className={styles['title']}>{title}</Base.Title>
            <Base.Close
              render={<Button kind="quiet" icon={<Icon name="close" />} aria-label="Close" />}
            />
          </header>
          <div className={styles['content']}>{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
