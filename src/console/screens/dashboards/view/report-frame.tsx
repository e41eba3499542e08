/** A dashboard as the report engine draws it, in a frame that runs nothing: the same cards as in a mail and on paper. As
 *  high as what is in it, so that only the page scrolls. */
import { useEffect, useRef, useState } from 'react';
import { Skeleton } from '../../../parts/notice.tsx';
import styles from './report-frame.module.css';

export function ReportFrame({ title, src }: { title: string; src: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [shown, setShown] = useState<{ src: string; height: number } | null>(null);
  const watcher = useRef<ResizeObserver>(null);
  useEffect(() => () => watcher.current?.disconnect(), []);

  // No script runs in it, so it is this page that looks how high it is.
  function measure() {
    const body = frame.current?.contentDocument?.body;
    watcher.current?.disconnect();
    if (!body) return;
    watcher.current = new ResizeObserver(() =>
      setShown({ src, height: Math.ceil(body.getBoundingClientRect().height) }),
    );
    watcher.current.observe(body);
  }

  return (
    <div className={styles['sheet']} aria-busy={shown?.src !== src || undefined}>
      {shown === null && (
        <div className={styles['waiting']}>
          <Skeleton lines={8} height="2rem" />
        </div>
      )}
      <iframe
        ref={frame}
        title={title}
        src={src}
        sandbox="allow-same-origin"
        className={styles['frame']}
        data-shown={shown !== null || undefined}
        style={{ height: shown?.height ?? 320 }}
        onLoad={measure}
      />
    </div>
  );
}
