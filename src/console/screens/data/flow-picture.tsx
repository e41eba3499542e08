/** The Flow as a picture: lines of our own, nodes that are links. One moves and enlarges it with the pointer or the
 *  keys; the arrow keys go from node to node along the lines. */
import {
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
} from 'react';
import { Link } from 'wouter';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Tip } from '../../parts/tip.tsx';
import { useWidth } from '../../parts/use-width.ts';
import { usePlace } from '../../shell/place.ts';
import {
  hrefOf,
  KIND_WORDS,
  NODE_LOOKS,
  stateOf,
  whyOf,
  type Flow,
  type FlowNode,
} from './flow.ts';
import { layoutFlow, NODE, type Box, type Layout } from './flow-layout.ts';
import { NodeWords } from './node-words.tsx';
import { fitted, moved, seen, zoomed, type View } from './view.ts';
import styles from './flow-picture.module.css';

const PAD = 24;
const MOVE_PX = 60;
const ZOOM = 1.25;

export function FlowPicture({ flow }: { flow: Flow }) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  // Only what is where decides; a node that changes its state moves nothing.
  const shape = JSON.stringify([
    flow.nodes.map(({ id }) => id),
    flow.edges.map((e) => [e.from, e.to]),
  ]);
  const layout = useMemo(() => {
    const [keys, edges] = JSON.parse(shape) as [string[], [string, string][]];
    return layoutFlow(
      keys,
      edges.map(([from, to]) => ({ from, to })),
    );
  }, [shape]);
  return (
    <div ref={place} className={styles['place']}>
      {width > 0 && <Canvas flow={flow} layout={layout} width={width} />}
    </div>
  );
}

function Canvas({ flow, layout, width }: { flow: Flow; layout: Layout; width: number }) {
  const frame = useRef<HTMLDivElement>(null);
  const arrow = useId();
  const fit = fitted(layout, width, PAD);
  const [own, setOwn] = useState<View | null>(null);
  const view = own ?? fit.view;
  const change = useCallback(
    (next: (view: View) => View) => setOwn((before) => next(before ?? fit.view)),
    [fit.view],
  );
  usePointer(frame, change);
  const size = { w: width, h: fit.height };
  const center = { x: size.w / 2, y: size.h / 2 };
  const byColumn = layout.columns;
  const focus = (id: string | undefined) =>
    id && frame.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`)?.focus();

  function onNodeKey(event: KeyboardEvent, id: string) {
    const at = byColumn.findIndex((keys) => keys.includes(id));
    const row = byColumn[at]!.indexOf(id);
    const ways: Readonly<Record<string, () => string | undefined>> = {
      ArrowUp: () => byColumn[at]![row - 1],
      ArrowDown: () => byColumn[at]![row + 1],
      ArrowRight: () => flow.edges.find(({ from }) => from === id)?.to,
      ArrowLeft: () => flow.edges.find(({ to }) => to === id)?.from,
    };
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    focus(way());
  }

  /** @param key that was pressed. @param moves whether the arrows are the picture's own. */
  function actOf(key: string, moves: boolean): (() => void) | undefined {
    const zoom = (by: number) => () => change((each) => zoomed(each, by, center));
    const move = (dx: number, dy: number) => () => change((each) => moved(each, dx, dy));
    const zooms = {
      '+': zoom(ZOOM),
      '=': zoom(ZOOM),
      '-': zoom(1 / ZOOM),
      '0': () => setOwn(null),
    };
    const arrows = {
      ArrowLeft: move(MOVE_PX, 0),
      ArrowRight: move(-MOVE_PX, 0),
      ArrowUp: move(0, MOVE_PX),
      ArrowDown: move(0, -MOVE_PX),
    };
    return { ...zooms, ...(moves && arrows) }[key];
  }

  function onKey(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actOf(event.key, event.target === event.currentTarget);
    if (!act) return;
    event.preventDefault();
    act();
  }

  const active = new Set(
    flow.nodes.filter((node) => stateOf(node) === 'RUNNING').map(({ id }) => id),
  );
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- moved and enlarged by keys */}
      <div
        ref={frame}
        className={styles['frame']}
        style={{ height: size.h }}
        role="group"
        aria-label="The Flow. Plus and minus enlarge and shrink it, 0 shows all of it, arrows move it."
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it is moved and enlarged by keys
        tabIndex={0}
        onKeyDown={onKey}
      >
        <div
          className={styles['world']}
          style={{
            width: layout.width,
            height: layout.height,
            transform: `translate(${view.x}px, ${view.y}px) scale(${view.k})`,
          }}
        >
          <svg
            width={layout.width}
            height={layout.height}
            aria-hidden="true"
            className={styles['lines']}
          >
            <defs>
              <marker
                id={arrow}
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto"
              >
                <path d="M0,0.5 7.5,4 0,7.5z" />
              </marker>
            </defs>
            {layout.lines.map(({ key, d }) => (
              <path
                key={key}
                d={d}
                data-busy={active.has(key.split(' ')[1]!) || undefined}
                markerEnd={`url(#${arrow})`}
              />
            ))}
          </svg>
          <ol className={styles['nodes']}>
            {byColumn.flat().map((id) => {
              const node = flow.nodes.find((each) => each.id === id);
              return (
                node && (
                  <Node
                    key={id}
                    node={node}
                    flow={flow}
                    box={layout.boxes.get(id)!}
                    onKey={(event) => onNodeKey(event, id)}
                    onFocus={() => change((each) => seen(each, layout.boxes.get(id)!, size))}
                  />
                )
              );
            })}
          </ol>
        </div>
      </div>
      <div className={styles['tools']}>
        <Button
          kind="quiet"
          icon={<Icon name="plus" />}
          aria-label="Enlarge"
          title="Enlarge (+)"
          onClick={() => change((each) => zoomed(each, ZOOM, center))}
        />
        <Button
          kind="quiet"
          aria-label="Shrink"
          title="Shrink (-)"
          onClick={() => change((each) => zoomed(each, 1 / ZOOM, center))}
        >
          −
        </Button>
        <Button kind="quiet" title="Show all of it (0)" onClick={() => setOwn(null)}>
          Show all
        </Button>
      </div>
    </>
  );
}

function Node({
  node,
  flow,
  box,
  onKey,
  onFocus,
}: {
  node: FlowNode;
  flow: Flow;
  box: Box;
  onKey: (event: KeyboardEvent) => void;
  onFocus: () => void;
}) {
  const { project } = usePlace();
  const state = stateOf(node);
  const { label, tone } = NODE_LOOKS[state];
  const reads = flow.edges.filter(({ to }) => to === node.id).map(({ from }) => nameOf(flow, from));
  const why = whyOf(node);
  const words = [
    `${KIND_WORDS[node.kind]} ${node.name}`,
    label,
    ...(why ? [why] : []),
    ...(reads.length > 0 ? [`from ${reads.join(', ')}`] : []),
  ].join(', ');
  return (
    <li
      className={styles['node']}
      style={{ left: box.x, top: box.y, width: NODE.w, height: NODE.h }}
    >
      <Tip text={words}>
        <Link
          href={hrefOf(project.slug, node)}
          data-node={node.id}
          data-state={state}
          data-tone={tone}
          data-kind={node.kind}
          draggable={false}
          onKeyDown={onKey}
          onFocus={(event) => event.currentTarget.matches(':focus-visible') && onFocus()}
        >
          <span className={styles['head']}>
            <StateMark looks={NODE_LOOKS} state={state} quiet />
            <span className={styles['name']}>{node.name}</span>
          </span>
          <span className={styles['words']}>
            <span className={styles['kind']}>{KIND_WORDS[node.kind]}</span>{' '}
            <span className={styles['state']}>
              <NodeWords node={node} />
            </span>
          </span>
        </Link>
      </Tip>
    </li>
  );
}

const nameOf = (flow: Flow, id: string) =>
  flow.nodes.find((node) => node.id === id)?.name ?? 'something';

/** Drags move it; the wheel enlarges it while Ctrl is held, as a pinch on a touchpad does. */
function usePointer(
  frame: React.RefObject<HTMLDivElement | null>,
  change: (next: (view: View) => View) => void,
) {
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const over = new AbortController();
    const { signal } = over;
    let from: { x: number; y: number } | null = null;
    let dragged = false;
    element.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0 || event.pointerType === 'touch') return;
        from = { x: event.clientX, y: event.clientY };
        dragged = false;
      },
      { signal },
    );
    addEventListener(
      'pointermove',
      (event) => {
        if (!from) return;
        const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
        if (!dragged && Math.hypot(dx, dy) < 4) return;
        dragged = true;
        from = { x: event.clientX, y: event.clientY };
        change((view) => moved(view, dx, dy));
      },
      { signal },
    );
    addEventListener('pointerup', () => (from = null), { signal });
    // A drag that began on a node is no click on it.
    element.addEventListener(
      'click',
      (event) => {
        if (!dragged) return;
        dragged = false;
        event.preventDefault();
        event.stopPropagation();
      },
      { signal, capture: true },
    );
    element.addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const { left, top } = element.getBoundingClientRect();
        const at = { x: event.clientX - left, y: event.clientY - top };
        change((view) => zoomed(view, Math.exp(-event.deltaY / 300), at));
      },
      { signal, passive: false },
    );
    return () => over.abort();
  }, [frame, change]);
}
