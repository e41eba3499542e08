/** A JSON value for people: objects as names and values, lists of alike objects as tables, what lies deep folded. */
import { useState, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { count } from './progress.tsx';
import styles from './json-view.module.css';

type Entries = Readonly<Record<string, unknown>>;

// More would make the page slow; the rest comes on request.
const SHOWN = 100;
const OPEN_DEPTH = 2;
const MAX_COLUMNS = 12;
const WORDS: Readonly<Record<string, string>> = { true: 'yes', false: 'no', null: '–' };

/** @param label says what it is the value of, for screen readers. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  return (
    <div className={styles['json']} role="region" aria-label={label} tabIndex={0}>
      <Value value={value} depth={0} />
    </div>
  );
}

const isObject = (value: unknown): value is Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPlain = (value: unknown) => typeof value !== 'object' || value === null;

function Value({ value, depth }: { value: unknown; depth: number }): ReactNode {
  if (Array.isArray(value)) {
    if (value.length === 0) return <span className={styles['none']}>none</span>;
    const columns = columnsOf(value);
    if (columns) return <Table rows={value as Entries[]} columns={columns} />;
    if (value.every(isPlain)) return <Limited items={value} draw={drawPlain} inline />;
    return <Limited items={value} draw={(item, at) => drawEntry(String(at + 1), item, depth)} />;
  }
  if (isObject(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) return <span className={styles['none']}>none</span>;
    return <Limited items={entries} draw={([name, item]) => drawEntry(name, item, depth)} />;
  }
  return <Plain value={value} />;
}

function Plain({ value }: { value: unknown }) {
  if (typeof value === 'number') {
    // Years and numbers of things are no amounts, but whole amounts read better in groups.
    const words = Number.isInteger(value) && value >= 10_000 ? count(value) : String(value);
    return <span className={styles['number']}>{words}</span>;
  }
  if (typeof value === 'string') return <span className={styles['text']}>{value || '“”'}</span>;
  return <span className={styles['none']}>{WORDS[String(value)] ?? String(value)}</span>;
}

const drawPlain = (item: unknown, at: number) => (
  <span key={at} className={styles['item']}>
    <Plain value={item} />
  </span>
);

function drawEntry(name: string, item: unknown, depth: number): ReactNode {
  const isLeaf = isPlain(item) || (Array.isArray(item) && item.length === 0);
  if (isLeaf) {
    return (
      <div key={name} className={styles['entry']}>
        <span className={styles['name']}>{name}</span>
        <Value value={item} depth={depth + 1} />
      </div>
    );
  }
  const size = Array.isArray(item) ? item.length : Object.keys(item as Entries).length;
  return (
    <details key={name} open={depth + 1 < OPEN_DEPTH} className={styles['nested']}>
      <summary>
        <span className={styles['name']}>{name}</span>
        <span className={styles['size']}>{count(size)}</span>
      </summary>
      <Value value={item} depth={depth + 1} />
    </details>
  );
}

/** The names of alike, flat objects; null when a table would not do. */
function columnsOf(list: readonly unknown[]): string[] | null {
  const names = new Set<string>();
  for (const item of list) {
    if (!isObject(item)) return null;
    for (const [name, cell] of Object.entries(item)) {
      if (!isPlain(cell) && !(Array.isArray(cell) && cell.length === 0)) return null;
      names.add(name);
    }
  }
  return names.size <= MAX_COLUMNS ? [...names] : null;
}

function Table({ rows, columns }: { rows: readonly Entries[]; columns: readonly string[] }) {
  const [shown, setShown] = useState(SHOWN);
  return (
    <>
      <table className={styles['table']}>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map((row, at) => (
            <tr key={at}>
              {columns.map((name) => (
                <td key={name}>
                  <Value value={row[name]} depth={OPEN_DEPTH} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <More left={rows.length - shown} onMore={() => setShown(rows.length)} />
    </>
  );
}

function Limited<T>({
  items,
  draw,
  inline = false,
}: {
  items: readonly T[];
  draw: (item: T, at: number) => ReactNode;
  inline?: boolean;
}) {
  const [shown, setShown] = useState(SHOWN);
  return (
    <div className={inline ? styles['inline'] : styles['entries']}>
      {items.slice(0, shown).map(draw)}
      <More left={items.length - shown} onMore={() => setShown(items.length)} />
    </div>
  );
}

function More({ left, onMore }: { left: number; onMore: () => void }) {
  if (left <= 0) return null;
  return (
    <Button kind="quiet" onClick={onMore}>
      {count(left)} more
    </Button>
  );
}
