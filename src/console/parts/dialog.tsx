/** A question over the page: one title, its content, its answers. Escape closes it, and so does a click beside it unless
 *  it has fields: a click that misses a button costs nobody what they typed. Focus goes to the first field; without one
 *  to the first answer, the one that does nothing. */
import { Dialog as Base } from '@base-ui/react/dialog';
import { useRef, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import styles from './dialog.module.css';

export function Dialog({
  open,
  onClose,
  title,
  wide = false,
  hold = false,
  children,
  actions,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  wide?: boolean;
  /** Only its answers close it: what it shows is not shown again. */
  hold?: boolean;
  children: ReactNode;
  /** The answers, the one that does something last. */
  actions?: ReactNode;
}) {
  const popup = useRef<HTMLDivElement>(null);
  const field = () =>
    popup.current?.querySelector<HTMLElement>(
      `.${styles['content']} :is(input, select, textarea)`,
    ) ?? null;
  const first = () =>
    field() ?? popup.current?.querySelector<HTMLElement>(`.${styles['actions']} button`) ?? true;
  return (
    <Base.Root
      open={open}
      onOpenChange={(isOpen, { reason }) => {
        if (isOpen || hold || (reason === 'outside-press' && field())) return;
        onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup
          ref={popup}
          className={styles['dialog']}
          data-wide={wide || undefined}
          initialFocus={(how) => (how === 'touch' ? true : first())}
        >
          <header className={styles['head']}>
            <Base.Title className={styles['title']}>{title}</Base.Title>
            {!hold && (
              <Base.Close
                render={<Button kind="quiet" icon={<Icon name="close" />} aria-label="Close" />}
              />
            )}
          </header>
          <div className={styles['content']}>{children}</div>
          {actions !== undefined && <footer className={styles['actions']}>{actions}</footer>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
