/** What Python put out: its value, and the datasets that it wrote; of a failure, where in the code it happened. */
import { JsonView } from '../../../parts/json-view.tsx';
import { count } from '../../../parts/progress.tsx';
import { span } from '../../../words/time.ts';
import { whereOf } from '../reason-words.ts';
import { entriesOf, listIn, numberIn, type OutputProps } from './output.ts';
import { DatasetLink } from './parts/dataset-link.tsx';
import { Figures } from './parts/figures.tsx';
import { Table } from './parts/table.tsx';
import styles from './parts/output.module.css';

export default function PythonOutput({ step }: OutputProps) {
  const output = entriesOf(step.output);
  const where = step.state === 'FAILED' ? whereOf(step.reason) : null;
  if (output === null && where === null) return null;
  return (
    <div className={styles['output']}>
      {where !== null && (
        <details className={styles['trace']} open>
          <summary>Traceback, the last call at the end</summary>
          <div tabIndex={0} role="region" aria-label="Traceback">
            <pre>{where}</pre>
          </div>
        </details>
      )}
      {output !== null && <PutOut output={output} name={step.name} />}
    </div>
  );
}

function PutOut({
  output,
  name,
}: {
  output: NonNullable<ReturnType<typeof entriesOf>>;
  name: string;
}) {
  const datasets = listIn(output, 'datasets');
  const value = output['value'] ?? null;
  const hasEnded = typeof output['seconds'] === 'number';
  const rows = datasets.reduce((sum, each) => sum + numberIn(each, 'rows'), 0);
  return (
    <>
      {hasEnded && (
        <Figures
          figures={[
            { label: 'Datasets written', value: count(datasets.length) },
            { label: 'Rows written', value: count(rows) },
            { label: 'Took', value: span(numberIn(output, 'seconds') * 1_000) },
          ]}
        />
      )}
      {datasets.length > 0 && (
        <Table
          label="Datasets written"
          columns={['Dataset', 'Rows', 'Inserted', 'Updated']}
          rows={datasets.map((each) => ({
            key: String(each['dataset']),
            cells: [
              <DatasetLink key="link" slug={String(each['dataset'])} />,
              ...['rows', 'inserted', 'updated'].map((field) => count(numberIn(each, field))),
            ],
          }))}
        />
      )}
      {value === null ? (
        <p className={styles['note']}>It put out no value.</p>
      ) : (
        <section className={styles['value']}>
          <h4>{hasEnded ? 'Value' : 'Value, put out before it failed'}</h4>
          <JsonView value={value} label={`Value of ${name}`} />
        </section>
      )}
    </>
  );
}
