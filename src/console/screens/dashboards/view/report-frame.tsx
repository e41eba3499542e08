/** A dashboard as the report engine draws it, in a frame that runs nothing: the same cards as in a mail and on paper. As
 *  high as what is in it, so that only the page scrolls. */
import { useEffect, useRef, useState } from 'react';
import { Skeleton } from '../../../parts/notice.tsx';
import styles from './report-frame.module.css';

/** Another address is another frame, and what was shown stays until that has come: a frame that goes elsewhere is a step
 *  of its own for Back. */
export function ReportFrame({ title, src }: { title: string; src: string }) {
  const [shown, setShown] = useState<string | null>(null);
  const frames = [...new Set([shown ?? src, src])];
  return (
    <div className={styles['sheet']} aria-busy={shown !== src || undefined}>
      {shown === null && (
        <div className={styles['waiting']}>
          <Skeleton lines={8} height="2rem" />
        </div>
      )}
      {frames.map((each) => (
        <Frame
          key={each}
          title={title}
          src={each}
          isShown={each === shown}
          onLoad={() => setShown(each)}
        />
      ))}
    </div>
  );
}

function Frame({
  title,
  src,
  isShown,
  onLoad,
}: {
  title: string;
  src: string;
  isShown: boolean;
  onLoad: () => void;
}) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(320);
  const watcher = useRef<ResizeObserver>(null);
  useEffect(() => () => watcher.current?.disconnect(), []);

  // No script runs in it, so it is this page that looks how high it is.
  function measure() {
    const body = frame.current?.contentDocument?.body;
    watcher.current?.disconnect();
    if (!body) return;
    const look = () => setHeight(Math.ceil(body.getBoundingClientRect().height));
    look();
    watcher.current = new ResizeObserver(look);
    watcher.current.observe(body);
    onLoad();
  }

  return (
    <iframe
      ref={frame}
      title={title}
      src={src}
      sandbox="allow-same-origin"
      className={styles['frame']}
      data-shown={isShown || undefined}
      style={{ height }}
      onLoad={measure}
    />
  );
}
