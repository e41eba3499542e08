/** The nodes of a build, a line each, and beneath it what was said of it: the database's words, or whose failure kept it
 *  back. */
import { useState } from 'react';
import { Button } from '../../../../parts/button.tsx';
import { count } from '../../../../parts/progress.tsx';
import { StateMark } from '../../../../parts/state-mark.tsx';
import { hasFailed, NODE_LOOKS } from '../../../../words/nodes.ts';
import { span } from '../../../../words/time.ts';
import styles from './node-table.module.css';

export type BuildNode = {
  readonly key: string;
  readonly name: string;
  /** model, test, seed … */
  readonly type: string;
  /** dbt's word. */
  readonly status: string;
  readonly rows: number | null;
  readonly seconds: number | null;
  readonly message: string | null;
  readonly file: string | null;
};

// More would make the page slow; the rest comes on request.
const SHOWN = 100;

export function NodeTable({ nodes }: { nodes: readonly BuildNode[] }) {
  const [shown, setShown] = useState(SHOWN);
  const left = nodes.length - shown;
  return (
    <>
      <div className={styles['wide']} tabIndex={0} role="region" aria-label="Nodes">
        <table className={styles['nodes']}>
          <thead>
            <tr>
              <th scope="col">Status</th>
              <th scope="col">Node</th>
              <th scope="col">Kind</th>
              <th scope="col" className={styles['number']}>
                Rows
              </th>
              <th scope="col" className={styles['number']}>
                Took
              </th>
            </tr>
          </thead>
          {nodes.slice(0, shown).map((node) => (
            <Node key={node.key} node={node} />
          ))}
        </table>
      </div>
      {left > 0 && (
        <Button kind="quiet" onClick={() => setShown(nodes.length)}>
          {count(left)} more
        </Button>
      )}
    </>
  );
}

// `Database Error in model orders (models/orders.sql)`, which the line above says.
const HEADING = /^[\w ]+ in \w+ \S+ \([^)]*\)\n/;

/** What was said, with the marks beneath a line where they belong. */
function saidOf(message: string): string {
  const lines = message.replace(HEADING, '').split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const least = Math.min(...indents);
  return lines.map((line) => line.slice(least)).join('\n');
}

/** A body of its own holds both lines together. */
function Node({ node }: { node: BuildNode }) {
  const { name, type, status, rows, seconds, message, file } = node;
  const isBad = hasFailed(status);
  return (
    <tbody data-status={status}>
      <tr>
        <td>
          <StateMark looks={NODE_LOOKS} state={status} />
        </td>
        <th scope="row">{name}</th>
        <td className={styles['kind']}>{type.replaceAll('_', ' ')}</td>
        <td className={styles['number']}>{rows === null ? '–' : count(rows)}</td>
        <td className={styles['number']}>{seconds === null ? '–' : span(seconds * 1_000)}</td>
      </tr>
      {(message !== null || (isBad && file !== null)) && (
        <tr className={styles['said']} data-bad={isBad || undefined}>
          <td colSpan={5}>
            {isBad && file !== null && <code>{file}</code>}
            {message !== null && (isBad ? <pre>{saidOf(message)}</pre> : <p>{message}</p>)}
          </td>
        </tr>
      )}
    </tbody>
  );
}
