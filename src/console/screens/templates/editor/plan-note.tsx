/** What saving would do to projects, in a line and, unfolded, project by project. */
import { Icon } from '../../../parts/icon.tsx';
import { count } from '../../../parts/progress.tsx';
import { overrideWords } from '../looks.ts';
import type { Plan } from './use-template-plan.ts';
import styles from './template-editor.module.css';

type Cell = Plan['cells'][number];

// A thousand projects that break for one reason say no more than fifty.
const SHOWN = 50;

/** @param open with all that would break in sight. */
export function PlanNote({ plan: { cells }, open = false }: { plan: Plan; open?: boolean }) {
  const broken = cells.filter(({ change }) => change === 'BROKEN');
  const updated = cells.filter(({ change }) => change === 'UPDATED');
  const kept = cells.filter(
    ({ change, overridden }) => change !== 'BROKEN' && overridden.length > 0,
  );
  if (cells.length === 0) {
    return <p className={styles['note']}>No project has or had it on: nothing else changes.</p>;
  }
  return (
    <section className={styles['plan']} aria-label="What saving would do">
      <p>
        It would change {projects(updated.length)} of {count(cells.length)}
        {broken.length > 0 ? (
          <>
            {' '}
            and{' '}
            <b>
              break {count(broken.length)}, which {broken.length === 1 ? 'stays' : 'stay'} as{' '}
              {broken.length === 1 ? 'it is' : 'they are'}
            </b>
          </>
        ) : (
          ' and break none'
        )}
        .
        {kept.length > 0 &&
          ` ${count(kept.length)} ${kept.length === 1 ? 'keeps' : 'keep'} something that was changed there.`}
      </p>
      {broken.length > 0 && (
        <Names title="Would break" cells={broken} open={open} tone="bad">
          {(cell) =>
            cell.problems.map(({ at, message }) => (
              <span key={`${at} ${message}`}>
                {at && <code>{at}</code>} {message}
              </span>
            ))
          }
        </Names>
      )}
      {kept.length > 0 && (
        <Names title="Keep what they changed" cells={kept} open={open}>
          {({ overridden }) => overrideWords(overridden)}
        </Names>
      )}
      {updated.length > 0 && (
        <Names title="Would change" cells={updated} open={false}>
          {() => null}
        </Names>
      )}
    </section>
  );
}

const projects = (n: number) => `${count(n)} ${n === 1 ? 'project' : 'projects'}`;

function Names({
  title,
  cells,
  open,
  tone,
  children,
}: {
  title: string;
  cells: readonly Cell[];
  open: boolean;
  tone?: 'bad';
  /** What is said about one. */
  children: (cell: Cell) => React.ReactNode;
}) {
  return (
    <details open={open} data-tone={tone}>
      <summary>
        <Icon name="right" size={12} />
        {title} ({count(cells.length)})
      </summary>
      <ul>
        {cells.slice(0, SHOWN).map((cell) => (
          <li key={cell.projectId}>
            <b>{cell.projectName}</b> {children(cell)}
          </li>
        ))}
        {cells.length > SHOWN && <li>and {count(cells.length - SHOWN)} more</li>}
      </ul>
    </details>
  );
}
