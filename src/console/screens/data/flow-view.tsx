/** The Flow: a picture where there is room for one, else a list that says the same. */
import { useRef } from 'react';
import { Link } from 'wouter';
import { Empty } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { useWidth } from '../../parts/use-width.ts';
import { usePlace } from '../../shell/place.ts';
import { hrefOf, KIND_WORDS, NODE_LOOKS, stateOf, type Flow } from './flow.ts';
import { FlowPicture } from './flow-picture.tsx';
import { layoutFlow } from './flow-layout.ts';
import { NodeWords } from './node-words.tsx';
import styles from './data.module.css';

const WIDE_PX = 560;

export function FlowView({ flow }: { flow: Flow }) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const states = flow.nodes.map(stateOf);
  const counted = (state: string) => states.filter((each) => each === state).length;
  const told = (['RUNNING', 'FAILED', 'STALE', 'NEVER', 'FRESH'] as const)
    .map((state) => [counted(state), NODE_LOOKS[state].label.toLowerCase()] as const)
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(', ');
  return (
    <div ref={place} className={styles['measure']}>
      <Panel title="Flow" note={told} flush>
        {flow.nodes.length === 0 ? (
          <Empty title="No data yet.">
            <p>A dataset is read through a connector; recipes and agents make more of it.</p>
          </Empty>
        ) : width === 0 ? null : width < WIDE_PX ? (
          <FlowList flow={flow} />
        ) : (
          <FlowPicture flow={flow} />
        )}
      </Panel>
    </div>
  );
}

/** In the picture's order: first what comes from outside. */
function FlowList({ flow }: { flow: Flow }) {
  const { project } = usePlace();
  const byId = new Map(flow.nodes.map((node) => [node.id, node]));
  const { columns } = layoutFlow([...byId.keys()], flow.edges);
  return (
    <ol className={styles['flow-list']}>
      {columns.flat().map((id) => {
        const node = byId.get(id)!;
        const from = flow.edges
          .filter(({ to }) => to === id)
          .flatMap((edge) => byId.get(edge.from)?.name ?? []);
        return (
          <li key={id}>
            <div className={styles['line']}>
              <StateMark looks={NODE_LOOKS} state={stateOf(node)} quiet />
              <Link href={hrefOf(project.slug, node)} data-node={id} data-state={stateOf(node)}>
                {node.name}
              </Link>
              <span className={styles['quiet']}>{KIND_WORDS[node.kind]}</span>
            </div>
            <p className={styles['quiet']}>
              <NodeWords node={node} />
            </p>
            {from.length > 0 && <p className={styles['quiet']}>from {from.join(', ')}</p>}
          </li>
        );
      })}
    </ol>
  );
}
