/** What an agent over rows came to: how many got their answer, what it cost, and which failed and why. */
import { count } from '../../../parts/progress.tsx';
import { amount } from '../../../words/money.ts';
import { span } from '../../../words/time.ts';
import { entriesOf, listIn, numberIn, type OutputProps } from './output.ts';
import { DatasetLink } from './parts/dataset-link.tsx';
import { Figures, type Figure } from './parts/figures.tsx';
import { Table } from './parts/table.tsx';
import styles from './parts/output.module.css';

type Entries = NonNullable<ReturnType<typeof entriesOf>>;

export default function AgentOutput({ step, config }: OutputProps) {
  const output = entriesOf(step.output);
  if (output === null) return null;
  const dataset = output['output_dataset'];
  const written = output['rows_written'];
  return (
    <div className={styles['output']}>
      <Figures figures={[...rowFigures(output), ...costFigures(output, entriesOf(config))]} />
      <p className={styles['note']}>
        {String(output['agent'])} asked {String(output['model'])}.{' '}
        {typeof dataset === 'string' && typeof written === 'number' && (
          <>
            {count(written)} {written === 1 ? 'row' : 'rows'} went into{' '}
            <DatasetLink slug={dataset} />.
          </>
        )}
        {typeof written !== 'number' && 'Nothing was written; answers are kept for a retry.'}
      </p>
      <Failures output={output} />
    </div>
  );
}

function rowFigures(output: Entries): Figure[] {
  const figure = (label: string, name: string, tone?: Figure['tone']): Figure[] => {
    const value = numberIn(output, name);
    return value === 0 ? [] : [{ label, value: count(value), tone }];
  };
  return [
    { label: 'Rows', value: count(numberIn(output, 'rows')) },
    { label: 'Answered', value: count(numberIn(output, 'done')) },
    ...figure('Answered before', 'skipped'),
    ...figure('Failed', 'failed', 'bad'),
  ];
}

function costFigures(output: Entries, config: Entries | null): Figure[] {
  const [tokensIn, tokensOut] = [numberIn(output, 'tokens_in'), numberIn(output, 'tokens_out')];
  const tokens = (value: number) =>
    `${output['tokens_estimated'] === true ? '≈ ' : ''}${count(value)}`;
  const { cost } = output;
  const budget = config?.['token_budget'];
  return [
    { label: 'Tokens in', value: tokens(tokensIn) },
    { label: 'Tokens out', value: tokens(tokensOut) },
    {
      label: 'Cost',
      value:
        typeof cost === 'number' ? amount(cost, String(output['currency'])) : 'no price is known',
    },
    ...(typeof budget === 'number' ? [budgetFigure(tokensIn + tokensOut, budget)] : []),
    { label: 'Took', value: span(numberIn(output, 'seconds') * 1_000) },
  ];
}

function budgetFigure(spent: number, budget: number): Figure {
  const share = Math.floor((spent / budget) * 100);
  return {
    label: 'Of its budget',
    value: `${count(share)} % of ${count(budget)}`,
    tone: share >= 100 ? 'bad' : share >= 90 ? 'warn' : undefined,
  };
}

/** A row's key is a list of its values as JSON; without a key the row has a number. */
function keyOf(row: string): string {
  if (!row.startsWith('[')) return row;
  return (JSON.parse(row) as unknown[]).map(String).join(', ');
}

/** The first rows without an answer, each with why. */
function Failures({ output }: { output: Entries }) {
  const failures = listIn(output, 'failures');
  if (failures.length === 0) return null;
  const all = numberIn(output, 'failed');
  return (
    <details className={styles['rejects']} open>
      <summary>
        {all > failures.length
          ? `The first ${failures.length} of ${count(all)} rows that failed`
          : `${all === 1 ? 'The row' : 'Rows'} that failed`}
      </summary>
      <Table
        label="Rows that failed"
        columns={['Row', 'Why']}
        texts={[0, 1]}
        rows={failures.map(({ row, why }, at) => ({
          key: `${at}`,
          cells: [<code key="row">{keyOf(String(row))}</code>, String(why)],
        }))}
      />
    </details>
  );
}
