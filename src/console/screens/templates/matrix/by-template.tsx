/** The matrix where there is no room for one: a template at a time, its projects below each other. */
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Button } from '../../../parts/button.tsx';
import { inputClass } from '../../../parts/field.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { count } from '../../../parts/progress.tsx';
import { paths, usePlace } from '../../../shell/place.ts';
import { hrefOf, type Filters } from '../filters.ts';
import { CELL_LOOKS } from '../looks.ts';
import { CellSwitch } from './cell.tsx';
import type { Chosen } from './chosen.ts';
import { Counts } from './counts.tsx';
import { NO_CELLS, type Project, type Template } from './sheet.ts';
import type { LiveMatrix } from './use-matrix.ts';
import { remPx } from './use-range.ts';
import styles from './by-template.module.css';

// In rem, as the style sheet has it.
const HEIGHT = 3.5;
const BEYOND = 6;

type Pair = { readonly template: Template; readonly project: Project };

export function ByTemplate({
  matrix,
  filters,
  busy,
  readOnly,
  onPress,
  onMore,
}: {
  matrix: LiveMatrix;
  filters: Filters;
  busy: Chosen;
  readOnly: boolean;
  onPress: (pair: Pair) => void;
  onMore: (pair: Pair, anchor: HTMLElement) => void;
}) {
  const { project: place } = usePlace();
  const [, navigate] = useLocation();
  const { sheet, complete, look, isOld } = matrix;
  const { templates, projects, cells } = sheet;
  const total = templates.length;
  useEffect(() => {
    // Their names, to choose from.
    void complete({ from: 0, to: total }, { from: 0, to: 1 });
  }, [complete, total]);
  const named = templates.findIndex((each) => each?.slug === filters.template);
  const row = Math.max(0, named);
  const template = templates[row];
  const its = (template && cells.get(template.id)) ?? NO_CELLS;
  const choose = (next: number) => {
    const slug = templates[next]?.slug;
    if (slug) navigate(hrefOf(place.slug, { ...filters, template: slug }), { replace: true });
  };

  const box = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setTop((box.current?.getBoundingClientRect().top ?? 0) + scrollY);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  // oxlint-disable-next-line react/incompatible-library -- rows get what they show as plain values
  const virtualizer = useWindowVirtualizer({
    count: projects.length,
    estimateSize: () => HEIGHT * remPx(),
    overscan: BEYOND,
    scrollMargin: top,
  });
  const items = virtualizer.getVirtualItems();
  const [from, to] = [items[0]?.index ?? 0, (items.at(-1)?.index ?? 0) + 1];
  const { isScrolling } = virtualizer;
  useEffect(
    () => look({ from: row, to: row + 1 }, { from, to }, isScrolling),
    [look, row, from, to, isScrolling, isOld],
  );

  return (
    <div className={styles['whole']}>
      <div className={styles['choose']}>
        <Button
          icon={<Icon name="left" />}
          aria-label="The template before"
          disabled={row === 0}
          onClick={() => choose(row - 1)}
        />
        <select
          className={inputClass}
          aria-label="Template"
          value={row}
          onChange={(event) => choose(Number(event.target.value))}
        >
          {templates.map((each, index) => (
            <option key={index} value={index}>
              {each?.displayName ?? '…'}
            </option>
          ))}
        </select>
        <Button
          icon={<Icon name="right" />}
          aria-label="The next template"
          disabled={row >= total - 1}
          onClick={() => choose(row + 1)}
        />
      </div>
      {template && (
        <div className={styles['about']}>
          <Link href={paths.template(place.slug, template.slug)}>{template.displayName}</Link>
          <Counts template={template} />
        </div>
      )}
      <ul
        ref={box}
        aria-label={`${count(projects.length)} projects`}
        className={styles['list']}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {items.map(({ index, start }) => {
          const project = projects[index];
          const isKnown = template !== undefined && project !== undefined;
          const cell = isKnown ? (its.get(project.id) ?? null) : undefined;
          const pair = isKnown ? { template, project } : null;
          return (
            <li key={index} className={styles['row']} style={{ top: start - top }}>
              <div>
                <Link href={project ? paths.scenarios(project.slug) : '#'}>
                  {project?.name ?? '…'}
                </Link>
                <p>
                  {cell !== undefined && CELL_LOOKS[cell?.state ?? 'NEVER'].label}
                  {cell?.overridden && ' · changed by the project'}
                </p>
              </div>
              <Button
                kind="quiet"
                icon={<Icon name="more" />}
                aria-label={`More for ${project?.name ?? 'this project'}`}
                aria-haspopup="menu"
                onClick={(event) => pair && onMore(pair, event.currentTarget)}
              />
              <div
                className={styles['switch']}
                onClick={() => pair && onPress(pair)}
                role="presentation"
              >
                <CellSwitch
                  cell={cell}
                  name={isKnown ? `${template.displayName} in ${project.name}` : 'A cell'}
                  isBusy={isKnown && (busy.get(template.id)?.has(project.id) ?? false)}
                  isChosen={null}
                  readOnly={readOnly}
                  at={`${row}:${index}`}
                />
              </div>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
