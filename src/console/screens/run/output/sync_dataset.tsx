/** What a sync did to each dataset, in rows, and what it would not take. */
import type { ReactNode } from 'react';
import { count } from '../../../parts/progress.tsx';
import { bytes } from '../../../words/bytes.ts';
import { span } from '../../../words/time.ts';
import { entriesOf, listIn, numberIn, type OutputProps } from './output.ts';
import { Figures } from './parts/figures.tsx';
import { Table } from './parts/table.tsx';
import styles from './parts/output.module.css';

type Entries = NonNullable<ReturnType<typeof entriesOf>>;

export default function SyncOutput({ step }: OutputProps) {
  const output = entriesOf(step.output);
  if (output === null) return null;
  const datasets = listIn(output, 'datasets');
  const unread = datasets
    .filter((each) => each['not_modified'] === true)
    .map((each) => String(each['dataset']));
  return (
    <div className={styles['output']}>
      <Figures figures={figuresOf(output)} />
      {unread.length > 0 && (
        <p className={styles['note']}>
          {unread.join(', ')}: not changed at the source since the last time, so nothing was read.
        </p>
      )}
      {/* Of a single one the figures say it all. */}
      {datasets.length > 1 && (
        <Table
          label="By dataset"
          columns={[
            'Dataset',
            'Read',
            'Inserted',
            'Updated',
            'Unchanged',
            'Rejected',
            'Size',
            'Took',
          ]}
          rows={datasets.map((each) => ({ key: String(each['dataset']), cells: cellsOf(each) }))}
        />
      )}
      {datasets.map((each) => (
        <Rejects key={String(each['dataset'])} dataset={each} />
      ))}
    </div>
  );
}

const took = (entries: Entries) => span(numberIn(entries, 'seconds') * 1_000);

function figuresOf(output: Entries) {
  const rejected = numberIn(output, 'rejected');
  return [
    { label: 'Rows read', value: count(numberIn(output, 'rows_read')) },
    { label: 'Inserted', value: count(numberIn(output, 'inserted')) },
    { label: 'Updated', value: count(numberIn(output, 'updated')) },
    { label: 'Unchanged', value: count(numberIn(output, 'unchanged')) },
    {
      label: 'Rejected',
      value: count(rejected),
      ...(rejected > 0 && { tone: 'warn' as const }),
    },
    { label: 'Size', value: bytes(numberIn(output, 'bytes')) },
    { label: 'Took', value: took(output) },
  ];
}

function cellsOf(dataset: Entries): ReactNode[] {
  const number = (name: string) => count(numberIn(dataset, name));
  return [
    String(dataset['dataset']),
    ...['rows_read', 'inserted', 'updated', 'unchanged', 'rejected'].map(number),
    bytes(numberIn(dataset, 'bytes')),
    took(dataset),
  ];
}

/** The first rows that were not taken, each with why. */
function Rejects({ dataset }: { dataset: Entries }) {
  const rejects = listIn(dataset, 'rejects');
  if (rejects.length === 0) return null;
  const all = numberIn(dataset, 'rejected');
  const name = String(dataset['dataset']);
  return (
    <details className={styles['rejects']} open>
      <summary>
        {all > rejects.length
          ? `The first ${rejects.length} of ${count(all)} rejected rows of ${name}`
          : `Rejected ${all === 1 ? 'row' : 'rows'} of ${name}`}
      </summary>
      <Table
        label={`Rejected rows of ${name}`}
        columns={['Line', 'Why']}
        texts={[1]}
        rows={rejects.map(({ line, why }, at) => ({
          key: `${at}`,
          cells: [typeof line === 'number' ? count(line) : '–', String(why)],
        }))}
      />
    </details>
  );
}
