/** Which scenarios, in which order. Everything chosen stands in the address. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { useLocation } from 'wouter';
import { ScenariosKindsDocument, type ScenariosCountsQuery } from '../../generated/graphql.ts';
import { inputClass } from '../../parts/field.tsx';
import { Icon } from '../../parts/icon.tsx';
import { TabLinks } from '../../parts/tab-links.tsx';
import { usePlace } from '../../shell/place.ts';
import { SCENARIO_LOOKS } from '../../words/states.ts';
import { hrefOf, ORDERS, type Filters } from './filters.ts';
import type { LiveRoster } from './use-roster.ts';
import styles from './scenarios.module.css';

// Until a word is finished.
const TYPING_MS = 250;

export function FilterBar({
  filters,
  counts,
  roster,
}: {
  filters: Filters;
  counts: ScenariosCountsQuery | undefined;
  roster: LiveRoster;
}) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const href = (change: Partial<Filters>) => hrefOf(project.slug, { ...filters, ...change });
  const { ACTIVE, PAUSED, DISABLED, BROKEN } = SCENARIO_LOOKS;
  const tabs = [
    { state: null, label: 'All', of: counts?.all },
    { state: 'ACTIVE', label: ACTIVE.label, of: counts?.active },
    { state: 'PAUSED', label: PAUSED.label, of: counts?.paused },
    { state: 'DISABLED', label: DISABLED.label, of: counts?.disabled },
    { state: 'BROKEN', label: BROKEN.label, of: counts?.broken },
  ] as const;
  return (
    <search className={styles['filters']}>
      <Text
        text={filters.text}
        // The first letter is a step that Back undoes, the others refine it.
        onText={(text) => navigate(href({ text }), { replace: filters.text !== '' && text !== '' })}
      />
      <Kind
        kind={filters.kind}
        roster={roster}
        onKind={(kind) => navigate(href({ kind }))}
        projectId={project.id}
      />
      <select
        className={inputClass}
        aria-label="Order"
        value={filters.order}
        onChange={(event) => navigate(href({ order: event.target.value as Filters['order'] }))}
      >
        {Object.entries(ORDERS).map(([order, label]) => (
          <option key={order} value={order}>
            {label} {order === 'NEWEST' ? '' : 'first'}
          </option>
        ))}
      </select>
      <div className={styles['tabs']}>
        <TabLinks
          label="State"
          current={href({})}
          tabs={tabs.map(({ state, label, of }) => ({
            href: href({ state }),
            label,
            ...(of && { count: of.totalCount }),
          }))}
        />
      </div>
    </search>
  );
}

function Text({ text, onText }: { text: string; onText: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const told = useRef(text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    // By Back or by a link, not by what is being typed.
    if (text !== told.current) setTyped(text);
    told.current = text;
  }, [text]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (words: string, ms: number) => {
    setTyped(words);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const next = words.trim();
      if (next === told.current) return;
      told.current = next;
      onText(next);
    }, ms);
  };
  return (
    <div className={styles['search']}>
      <Icon name="search" />
      <input
        type="search"
        className={inputClass}
        aria-label="Find scenarios"
        placeholder="Name, slug or description"
        value={typed}
        maxLength={200}
        onChange={(event) => type(event.target.value, TYPING_MS)}
        onKeyDown={({ key }) => key === 'Enter' && type(typed, 0)}
      />
    </div>
  );
}

function Kind({
  kind,
  roster: { rows },
  projectId,
  onKind,
}: {
  kind: string | null;
  roster: LiveRoster;
  projectId: string;
  onKind: (kind: string | null) => void;
}) {
  // Rows that are filtered tell little about the others.
  const [{ data }] = useQuery({ query: ScenariosKindsDocument, variables: { projectId } });
  const kinds = useMemo(() => {
    const found = new Set(kind === null ? [] : [kind]);
    for (const { stepKinds } of [...rows, ...(data?.scenarios.nodes ?? [])]) {
      for (const each of stepKinds) found.add(each);
    }
    return [...found].sort();
  }, [kind, rows, data]);
  return (
    <select
      className={inputClass}
      aria-label="Kind of step"
      value={kind ?? ''}
      onChange={(event) => onKind(event.target.value || null)}
    >
      <option value="">Any step</option>
      {kinds.map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
    </select>
  );
}
