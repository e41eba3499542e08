/** A button that opens a list of things to do. */
import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import { Link } from 'wouter';
import styles from './menu.module.css';

export function Menu({
  trigger,
  children,
}: {
  /** A button; it opens the menu. */
  trigger: ReactElement<Record<string, unknown>>;
  children: ReactNode;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner
          sideOffset={4}
          align="end"
          collisionPadding={8}
          className={styles['place']}
        >
          <Base.Popup className={styles['menu']}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** The same without a trigger of its own: one menu for many buttons, at the one that was pressed. */
export function MenuAt({
  anchor,
  label,
  onClose,
  children,
}: {
  /** The button; null: closed. It gets the focus back. */
  anchor: HTMLElement | null;
  label: string;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Base.Root open={anchor !== null} onOpenChange={(isOpen) => !isOpen && onClose()}>
      {/* Within the landmark that it belongs to. */}
      <Base.Portal container={anchor?.closest('main')}>
        <Base.Positioner
          anchor={anchor}
          sideOffset={4}
          align="end"
          collisionPadding={8}
          className={styles['place']}
        >
          <Base.Popup className={styles['menu']} aria-label={label} finalFocus={() => anchor}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export function MenuItem({
  icon,
  onSelect,
  disabled = false,
  danger = false,
  chosen,
  children,
}: {
  icon?: ReactNode;
  onSelect: () => void;
  disabled?: boolean;
  danger?: boolean;
  /** One of a set of which one is chosen. */
  chosen?: boolean;
  children: ReactNode;
}) {
  return (
    <Base.Item
      className={styles['item']}
      data-danger={danger || undefined}
      data-chosen={chosen || undefined}
      disabled={disabled}
      onClick={onSelect}
    >
      <span className={styles['icon']}>{icon}</span>
      <span>{children}</span>
      {chosen && <span className="visually-hidden">chosen</span>}
    </Base.Item>
  );
}

/** What leads somewhere. */
export function MenuLink({
  icon,
  href,
  chosen,
  outside = false,
  children,
}: {
  icon?: ReactNode;
  href: string;
  /** One is there. */
  chosen?: boolean;
  /** A page of the server, not a screen. */
  outside?: boolean;
  children: ReactNode;
}) {
  return (
    <Base.LinkItem
      className={styles['item']}
      data-chosen={chosen || undefined}
      aria-current={chosen || undefined}
      closeOnClick
      {...(outside ? { href } : { render: <Link href={href} /> })}
    >
      <span className={styles['icon']}>{icon}</span>
      <span>{children}</span>
    </Base.LinkItem>
  );
}

export function MenuGap() {
  return <Base.Separator className={styles['gap']} />;
}
