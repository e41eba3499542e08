/** Two texts and what differs between them: beside each other, one below the other where there is no room. Long
 *  stretches that are the same are folded. */
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { Button } from './button.tsx';
import {
  changedPart,
  lineDifference,
  pairsOf,
  type DifferenceLine,
  type DifferencePair,
} from './line-difference.ts';
import { useWidth } from './use-width.ts';
import styles from './difference.module.css';

// Two columns of some 45 characters.
const MIN_SPLIT_PX = 760;
const CONTEXT = 3;

export function Difference({
  before,
  after,
  labels: [oldLabel, newLabel],
}: {
  before: string;
  after: string;
  /** What the two are, as in "Version 3" and "Version 4". */
  labels: readonly [string, string];
}) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const pairs = useMemo(() => pairsOf(lineDifference(before, after)), [before, after]);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const added = pairs.filter((pair) => pair.after?.kind === 'new').length;
  const gone = pairs.filter((pair) => pair.before?.kind === 'gone').length;
  const isSplit = width >= MIN_SPLIT_PX;
  const columns = isSplit ? 4 : 3;
  return (
    <div ref={place} className={styles['difference']}>
      <p className={styles['summary']} role="status">
        {added + gone === 0 ? (
          'They are the same.'
        ) : (
          <>
            <span data-kind="gone">−{gone}</span> <span data-kind="new">+{added}</span>{' '}
            <span>
              from {oldLabel} to {newLabel}
            </span>
          </>
        )}
      </p>
      {added + gone > 0 && (
        // Wider than its place it scrolls, so it can be reached by keyboard.
        <div className={styles['scroll']} tabIndex={0} role="region" aria-label="What differs">
          <table className={styles['table']} data-split={isSplit || undefined}>
            <colgroup>
              {isSplit ? (
                <>
                  <col className={styles['narrow']} />
                  <col />
                  <col className={styles['narrow']} />
                  <col />
                </>
              ) : (
                <>
                  <col className={styles['narrow']} />
                  <col className={styles['narrow']} />
                  <col />
                </>
              )}
            </colgroup>
            <thead className="visually-hidden">
              <tr>
                {isSplit ? (
                  <>
                    <th colSpan={2}>{oldLabel}</th>
                    <th colSpan={2}>{newLabel}</th>
                  </>
                ) : (
                  <>
                    <th>{oldLabel}, line</th>
                    <th>{newLabel}, line</th>
                    <th>Text</th>
                  </>
                )}
              </tr>
            </thead>
            <tbody>
              {foldsOf(pairs).map((part) =>
                typeof part === 'number' || !open.has(part.from) ? (
                  typeof part === 'number' ? (
                    <Rows key={part} pair={pairs[part]!} split={isSplit} />
                  ) : (
                    <tr key={`fold-${part.from}`} className={styles['fold']}>
                      <td colSpan={columns}>
                        <Button
                          kind="quiet"
                          onClick={() => setOpen((before_) => new Set(before_).add(part.from))}
                        >
                          {part.count} lines are the same
                        </Button>
                      </td>
                    </tr>
                  )
                ) : (
                  Array.from({ length: part.count }, (_, n) => (
                    <Rows key={part.from + n} pair={pairs[part.from + n]!} split={isSplit} />
                  ))
                ),
              )}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

type Fold = { readonly from: number; readonly count: number };

/** What is shown: pairs by their place, and folds in place of long stretches that are the same. */
function foldsOf(pairs: readonly DifferencePair[]): (number | Fold)[] {
  const isChanged = (at: number) => pairs[at] !== undefined && pairs[at].before !== pairs[at].after;
  const isNear = (at: number) =>
    Array.from({ length: 2 * CONTEXT + 1 }, (_, n) => at - CONTEXT + n).some(isChanged);
  const parts: (number | Fold)[] = [];
  for (let at = 0; at < pairs.length;) {
    let end = at;
    while (end < pairs.length && !isNear(end)) end += 1;
    // A fold of one or two lines saves nothing.
    if (end - at > 2) parts.push({ from: at, count: end - at });
    else for (let n = at; n < end; n += 1) parts.push(n);
    if (end < pairs.length) parts.push(end);
    at = end + 1;
  }
  return parts;
}

function Rows({ pair: { before, after }, split }: { pair: DifferencePair; split: boolean }) {
  const marks = before && after && before !== after ? changedPart(before.text, after.text) : null;
  const oldText = before && <Marked line={before} from={marks?.[0]} to={marks?.[1]} />;
  const newText = after && <Marked line={after} from={marks?.[0]} to={marks?.[2]} />;
  if (split) {
    return (
      <tr>
        <Cells line={before} number={before?.before ?? null} text={oldText} />
        <Cells line={after} number={after?.after ?? null} text={newText} />
      </tr>
    );
  }
  if (before === after) return <Line line={before!} text={oldText} />;
  return (
    <>
      {before && <Line line={before} text={oldText} />}
      {after && <Line line={after} text={newText} />}
    </>
  );
}

const SIGNS = { same: ' ', gone: '−', new: '+' } as const;
const WORDS = { same: '', gone: 'Removed: ', new: 'Added: ' } as const;

function Cells({
  line,
  number,
  text,
}: {
  line: DifferenceLine | null;
  number: number | null;
  text: ReactNode;
}) {
  const kind = line?.kind ?? 'none';
  return (
    <>
      <td className={styles['number']} data-kind={kind}>
        {number}
      </td>
      <td className={styles['text']} data-kind={kind}>
        {line && <Text line={line}>{text}</Text>}
      </td>
    </>
  );
}

function Line({ line, text }: { line: DifferenceLine; text: ReactNode }) {
  return (
    <tr>
      <td className={styles['number']} data-kind={line.kind}>
        {line.before}
      </td>
      <td className={styles['number']} data-kind={line.kind}>
        {line.after}
      </td>
      <td className={styles['text']} data-kind={line.kind}>
        <Text line={line}>{text}</Text>
      </td>
    </tr>
  );
}

function Text({ line: { kind }, children }: { line: DifferenceLine; children: ReactNode }) {
  return (
    <code>
      <span aria-hidden="true" className={styles['sign']}>
        {SIGNS[kind]}
      </span>
      {kind !== 'same' && <span className="visually-hidden">{WORDS[kind]}</span>}
      {children}
    </code>
  );
}

function Marked({
  line: { text },
  from,
  to,
}: {
  line: DifferenceLine;
  from: number | undefined;
  to: number | undefined;
}) {
  if (from === undefined || to === undefined || from >= to || (from === 0 && to === text.length))
    return <>{text}</>;
  return (
    <>
      {text.slice(0, from)}
      <mark>{text.slice(from, to)}</mark>
      {text.slice(to)}
    </>
  );
}
