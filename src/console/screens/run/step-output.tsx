/** What a step answered, shown as what it is: by a view of its kind where there is one (see output/output.ts), else as
 *  JSON; and the files that it left. Read when a step is looked at, for few look at each. */
import { Component, lazy, Suspense, type ComponentType, type ReactNode } from 'react';
import { FileList } from '../../parts/file-list.tsx';
import { JsonView } from '../../parts/json-view.tsx';
import { Skeleton } from '../../parts/notice.tsx';
import type { OutputProps } from './output/output.ts';
import styles from './step.module.css';

// Only then may there be something to show before it answers.
const BEGUN = new Set(['RUNNING', 'FAILED', 'CANCELLED']);

type View = ComponentType<OutputProps>;

const FOUND = import.meta.glob<{ default: View }>('./output/*.tsx');
const VIEWS: ReadonlyMap<string, (props: OutputProps) => ReactNode> = new Map(
  Object.entries(FOUND).map(([path, read]) => {
    const Read = lazy(read);
    return [path.slice('./output/'.length, -'.tsx'.length), (props) => <Read {...props} />];
  }),
);

export default function StepOutput(props: OutputProps) {
  const { step, files } = props;
  const { output, state, kind, name } = step;
  const view = VIEWS.get(kind);
  const hasOutput = output !== null && output !== undefined;
  const isOpen = ['PENDING', 'RUNNING'].includes(state);
  const json = <JsonView value={output} label={`Output of ${name}`} />;
  return (
    <>
      {view !== undefined && (hasOutput || BEGUN.has(state)) && (
        // An output that its view does not know is still to be read.
        <Guard instead={hasOutput ? json : null}>
          <Suspense fallback={<Skeleton lines={3} />}>{view(props)}</Suspense>
        </Guard>
      )}
      {!hasOutput && <p className={styles['none']}>{isOpen ? 'None yet.' : 'None.'}</p>}
      {hasOutput &&
        (view === undefined ? (
          json
        ) : (
          <details className={styles['config']}>
            <summary>As JSON</summary>
            {json}
          </details>
        ))}
      {files.length > 0 && (
        <div className={styles['files']}>
          <h4>{files.length === 1 ? 'File' : `${files.length} files`}</h4>
          <FileList label={`Files of ${name}`} files={files} />
        </div>
      )}
    </>
  );
}

/** Shows something else where its content cannot be drawn. */
class Guard extends Component<{ instead: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  override render() {
    return this.state.failed ? this.props.instead : this.props.children;
  }
}
