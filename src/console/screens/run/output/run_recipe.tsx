/** What a build by dbt did, node by node: while it goes on, as the worker tells it, and afterwards whole. What failed comes
 *  first, with its file and the database's words. */
import { count } from '../../../parts/progress.tsx';
import { byNeed, hasFailed } from '../../../words/nodes.ts';
import { span } from '../../../words/time.ts';
import { entriesOf, listIn, numberIn, type OutputProps } from './output.ts';
import { Figures, type Figure } from './parts/figures.tsx';
import { NodeTable, type BuildNode } from './parts/node-table.tsx';
import styles from './parts/output.module.css';

type Entries = NonNullable<ReturnType<typeof entriesOf>>;

// The worker tells no more than these of those that are under way.
const TOLD_LIVE = 100;

export default function RecipeOutput({ step }: OutputProps) {
  const output = entriesOf(step.output);
  const told = output ?? entriesOf(step.progress?.detail);
  if (told === null) return null;
  const isOpen = step.state === 'RUNNING';
  const nodes = listIn(told, 'nodes')
    .map((each) => nodeOf(each, isOpen))
    .toSorted(byNeed);
  if (nodes.length === 0 && output === null) return null;
  const isCut = output === null && nodes.length >= TOLD_LIVE;
  return (
    <div className={styles['output']}>
      {output !== null && <Figures figures={figuresOf(output, nodes)} />}
      {output === null && !isOpen && (
        <p className={styles['note']} data-tone="warn">
          The build was broken off. This is how far it had come.
        </p>
      )}
      {nodes.length === 0 ? (
        <p className={styles['note']}>Nothing was built: dbt found no node to build.</p>
      ) : (
        <NodeTable nodes={nodes} />
      )}
      {isCut && (
        <p className={styles['note']}>
          Those that run, those that failed, and the last: {count(nodes.length)} in all.
          {isOpen && ' The others come when the step ends.'}
        </p>
      )}
    </div>
  );
}

const textIn = (entries: Entries, name: string): string | null => {
  const value = entries[name];
  return typeof value === 'string' && value !== '' ? value : null;
};
const amountIn = (entries: Entries, name: string): number | null => {
  const value = entries[name];
  return typeof value === 'number' ? value : null;
};

function nodeOf(entries: Entries, isOpen: boolean): BuildNode {
  const status = textIn(entries, 'status') ?? 'unknown';
  return {
    // What is told live has no id; a test and its model may bear one name.
    key: textIn(entries, 'id') ?? `${textIn(entries, 'type')} ${textIn(entries, 'name')}`,
    name: textIn(entries, 'name') ?? '–',
    type: textIn(entries, 'type') ?? '–',
    // A step that has ended runs nothing, whatever was heard last.
    status: status === 'running' && !isOpen ? 'unknown' : status,
    rows: amountIn(entries, 'rows'),
    seconds: amountIn(entries, 'seconds'),
    message: textIn(entries, 'message'),
    file: textIn(entries, 'file'),
  };
}

function figuresOf(output: Entries, nodes: readonly BuildNode[]): Figure[] {
  const of = (...statuses: string[]) =>
    nodes.filter(({ status }) => statuses.includes(status)).length;
  const figure = (label: string, value: number, tone?: Figure['tone']): Figure[] =>
    value === 0 ? [] : [{ label, value: count(value), tone }];
  return [
    { label: 'Nodes', value: count(nodes.length) },
    ...figure('Failed', nodes.filter(({ status }) => hasFailed(status)).length, 'bad'),
    ...figure('Broken off', of('unknown'), 'warn'),
    ...figure('Skipped', of('skipped')),
    ...figure('Warned', of('warn'), 'warn'),
    ...figure('Built', of('success')),
    ...figure('Passed', of('pass')),
    { label: 'Rows', value: count(numberIn(output, 'rows')) },
    { label: 'Took', value: span(numberIn(output, 'seconds') * 1_000) },
  ];
}
