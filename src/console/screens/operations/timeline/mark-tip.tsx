/** What the mark is that one points at, or that has the focus. Escape takes it away; the pointer may go onto it. */
import { Tooltip } from '@base-ui/react/tooltip';
import { useEffect } from 'react';
import { useNow } from '../../../live/now.ts';
import type { Mark } from './lanes.ts';
import { wordsOf } from './words.ts';
import styles from './timeline.module.css';

export function MarkTip({
  shown,
  onHide,
  skewMs,
}: {
  shown: { readonly mark: Mark; readonly at: Element } | null;
  onHide: () => void;
  skewMs: number;
}) {
  const at = shown?.at;
  useEffect(() => {
    if (!at) return;
    const watch = ({ target }: Event) => {
      const isNear =
        target instanceof Element &&
        (at.contains(target) || target.closest(`.${styles['tip']}`) !== null);
      if (!isNear && document.activeElement !== at) onHide();
    };
    const escape = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') onHide();
    };
    document.addEventListener('pointerover', watch);
    document.addEventListener('keydown', escape);
    return () => {
      document.removeEventListener('pointerover', watch);
      document.removeEventListener('keydown', escape);
    };
  }, [at, onHide]);
  return (
    <Tooltip.Root open={shown !== null}>
      <Tooltip.Portal>
        <Tooltip.Positioner
          anchor={at ?? null}
          sideOffset={4}
          collisionPadding={8}
          className={styles['tipPlace']}
        >
          <Tooltip.Popup className={styles['tip']}>
            {shown && <Words mark={shown.mark} skewMs={skewMs} />}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

function Words({ mark, skewMs }: { mark: Mark; skewMs: number }) {
  const { title, lines } = wordsOf(mark, useNow() + skewMs);
  return (
    <>
      <strong>{title}</strong>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </>
  );
}
