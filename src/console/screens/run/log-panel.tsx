/** The live log: of all steps or of one, with search, following, wrapping, copying and downloading. */
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { RunEvents } from '../../live/use-run-events.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { inputClass } from '../../parts/field.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { count } from '../../parts/progress.tsx';
import { createLogBook, logText } from './log-book.ts';
import { LogLines, type LogLinesHandle } from './log-lines.tsx';
import { createFinder, nextMatch } from './log-search.ts';
import styles from './log.module.css';

const WRAP = 'hf-log-wrap';

type Props = {
  stream: RunEvents;
  steps: readonly { readonly pos: number; readonly name: string }[];
  /** The step whose lines are shown; null: all. */
  pos: number | null;
  onPos: (pos: number | null) => void;
  /** The run is over: no line will come. */
  over: boolean;
  /** Of the downloaded file, without its ending. */
  fileName: string;
};

export function LogPanel({ stream, steps, pos, onPos, over, fileName }: Props) {
  const [book] = useState(createLogBook);
  const [finder] = useState(createFinder);
  const [words, setWords] = useState('');
  const [at, setAt] = useState<number | null>(null);
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useState(() => localStorage.getItem(WRAP) !== 'off');
  const sheet = useRef<LogLinesHandle>(null);

  book.take(stream.events);
  const lines = book.lines(pos);
  const matches = finder.find(lines, words);
  const names = useMemo(() => new Map(steps.map((step) => [step.pos, step.name])), [steps]);
  const nameOf = (of: number) => names.get(of) ?? String(of);
  const asText = () => logText(lines, nameOf);

  function go(by: 1 | -1) {
    const next = nextMatch(matches, at, sheet.current?.top() ?? 0, by);
    setAt(next);
    if (next === null) return;
    setFollow(false);
    sheet.current?.show(matches[next]!);
  }
  function pressed(event: KeyboardEvent) {
    if (event.key === 'Enter') go(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') seek('');
    else return;
    event.preventDefault();
  }
  function seek(next: string) {
    setWords(next);
    setAt(null);
  }
  function turnWrap() {
    localStorage.setItem(WRAP, wrap ? 'off' : 'on');
    setWrap(!wrap);
  }

  return (
    <Panel
      title="Log"
      note={`${count(lines.length)} ${lines.length === 1 ? 'line' : 'lines'}`}
      flush
      actions={
        <>
          <Button kind="quiet" aria-pressed={wrap} onClick={turnWrap}>
            Wrap
          </Button>
          <CopyButton text={asText} />
          <Button
            kind="quiet"
            icon={<Icon name="download" />}
            onClick={() => download(`${fileName}.log`, asText())}
          >
            Download
          </Button>
        </>
      }
    >
      <div className={styles['tools']}>
        <select
          className={inputClass}
          aria-label="Lines of"
          value={pos ?? 'all'}
          onChange={({ target }) => onPos(target.value === 'all' ? null : Number(target.value))}
        >
          <option value="all">All steps</option>
          {steps.map((step) => (
            <option key={step.pos} value={step.pos}>
              {step.name}
            </option>
          ))}
        </select>
        <div className={styles['search']} role="search">
          <input
            className={inputClass}
            type="search"
            aria-label="Search the log"
            placeholder="Search"
            value={words}
            onChange={({ target }) => seek(target.value)}
            onKeyDown={pressed}
          />
          <span role="status" className={styles['found']}>
            {words === '' ? '' : foundWords(matches.length, at)}
          </span>
          <Button
            kind="quiet"
            icon={<Icon name="up" />}
            aria-label="Previous match"
            disabled={matches.length === 0}
            onClick={() => go(-1)}
          />
          <Button
            kind="quiet"
            icon={<Icon name="down" />}
            aria-label="Next match"
            disabled={matches.length === 0}
            onClick={() => go(1)}
          />
        </div>
      </div>
      {stream.error !== null && <p className={styles['note']}>{stream.error}</p>}
      {stream.resync !== null && <p className={styles['note']}>{stream.resync}</p>}
      {lines.length === 0 ? (
        <div className={styles['lines']}>
          <Empty title={over ? 'It wrote no lines.' : 'No lines yet.'}>
            {!over && <p>They come here as they are written.</p>}
          </Empty>
        </div>
      ) : (
        <div className={styles['stage']}>
          <LogLines
            // Another list begins at its own end.
            key={pos ?? 'all'}
            ref={sheet}
            lines={lines}
            nameOf={pos === null && steps.length > 1 ? nameOf : null}
            words={words}
            current={at === null ? null : (matches[at] ?? null)}
            widest={book.widest}
            wrap={wrap}
            follow={follow}
            onFollow={setFollow}
          />
          {!follow && (
            <div className={styles['again']}>
              <Button icon={<Icon name="down" />} onClick={() => setFollow(true)}>
                {over ? 'To the end' : 'Follow'}
              </Button>
            </div>
          )}
        </div>
      )}
    </Panel>
  );
}

function foundWords(found: number, at: number | null): string {
  if (found === 0) return 'none';
  return at === null ? count(found) : `${count(at + 1)} of ${count(found)}`;
}

function download(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
