/** The lines themselves: only those in sight are drawn, however many there are. Stays at the end while it follows,
 *  until one scrolls up; at the end again it follows again. */
import { elementScroll, useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, type Ref } from 'react';
import { clock } from '../../words/time.ts';
import type { Line } from './log-book.ts';
import { splitAtMatches } from './log-search.ts';
import styles from './log.module.css';

const LINE_PX = 20;
const NEAR_END_PX = 8;
const OVERSCAN = 24;

export type LogLinesHandle = {
  /** Brings a line into the middle. */
  show(index: number): void;
  /** The first line in sight. */
  top(): number;
};

export function LogLines({
  lines,
  nameOf,
  words,
  current,
  widest,
  wrap,
  follow,
  onFollow,
  ref,
}: {
  lines: readonly Line[];
  /** Of a step, by its position; null: all lines are of one. */
  nameOf: ((pos: number) => string) | null;
  /** What is looked for. */
  words: string;
  /** The line with the match that one is at. */
  current: number | null;
  /** How many characters the longest line has. */
  widest: number;
  wrap: boolean;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  ref: Ref<LogLinesHandle>;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  // Scrolling by this code raises the same event as that by a person.
  const ownScroll = useRef(false);
  const lastTop = useRef(0);
  const { length } = lines;
  const virtual = useVirtualizer({
    count: length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: OVERSCAN,
    scrollToFn(offset, options, instance) {
      const before = scroller.current?.scrollTop;
      elementScroll(offset, options, instance);
      if (scroller.current?.scrollTop !== before) ownScroll.current = true;
    },
  });
  const height = virtual.getTotalSize();

  useEffect(() => {
    // Sizes of wrapped lines mean nothing for unwrapped ones.
    virtual.measure();
    // oxlint-disable-next-line react/exhaustive-deps -- the virtualizer is the same for the component's life
  }, [wrap]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !follow) return;
    const before = element.scrollTop;
    element.scrollTop = element.scrollHeight;
    if (element.scrollTop !== before) ownScroll.current = true;
  }, [follow, length, height]);

  useImperativeHandle(ref, () => ({
    show: (index) => virtual.scrollToIndex(index, { align: 'center' }),
    top: () => virtual.range?.startIndex ?? 0,
  }));

  function scrolled() {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const isUp = scrollTop < lastTop.current;
    lastTop.current = scrollTop;
    const isOwn = ownScroll.current;
    ownScroll.current = false;
    if (isOwn) return;
    const atEnd = scrollHeight - scrollTop - clientHeight <= NEAR_END_PX;
    if (atEnd && !follow) onFollow(true);
    else if (isUp && !atEnd && follow) onFollow(false);
  }

  return (
    <div
      ref={scroller}
      className={styles['lines']}
      data-wrap={wrap || undefined}
      role="log"
      aria-label="Log lines"
      aria-live="off"
      // A region that scrolls is reached by keyboard.
      tabIndex={0}
      onScroll={scrolled}
    >
      <div
        className={styles['sheet']}
        style={{ height, ...(!wrap && { minWidth: `calc(${widest}ch + var(--gutter))` }) }}
      >
        {virtual.getVirtualItems().map(({ index, start }) => {
          const line = lines[index];
          if (!line) return null;
          return (
            <div
              key={index}
              ref={wrap ? virtual.measureElement : undefined}
              data-index={index}
              data-level={line.level}
              aria-current={index === current || undefined}
              className={styles['line']}
              style={{ transform: `translateY(${start}px)` }}
            >
              <LineParts line={line} name={nameOf?.(line.pos)} words={words} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function LineParts({
  line: { at, level, text },
  name,
  words,
}: {
  line: Line;
  name: string | undefined;
  words: string;
}) {
  return (
    <>
      <time dateTime={at} title={at}>
        {clock(at)}
        <small>{at.slice(19, 23)}</small>
      </time>
      {name !== undefined && (
        <span className={styles['of']} title={name}>
          {name}
        </span>
      )}
      {level !== 'info' && <span className={styles['level']}>{level}</span>}
      <span className={styles['text']}>
        {splitAtMatches(text, words).map((part, at) =>
          // The parts have no other identity than their place.
          at % 2 === 1 ? <mark key={at}>{part}</mark> : part,
        )}
      </span>
    </>
  );
}
