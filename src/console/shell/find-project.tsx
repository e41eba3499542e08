/** Another project, where there are too many for a menu: found by a part of its name or slug. */
import { useRef, useState, type KeyboardEvent } from 'react';
import { Link, useLocation } from 'wouter';
import { useQuery } from 'urql';
import { ShellProjectsDocument } from '../generated/graphql.ts';
import { Dialog } from '../parts/dialog.tsx';
import { inputClass } from '../parts/field.tsx';
import { Failure, Skeleton } from '../parts/notice.tsx';
import { count } from '../parts/progress.tsx';
import { useDebounced } from '../live/use-debounced.ts';
import type { Project } from './place.ts';
import styles from './find-project.module.css';

// Until a word is finished.
const TYPING_MS = 200;

/** Mount it while it is open. @param hrefOf where a project leads. */
export default function FindProject({
  current,
  hrefOf,
  onClose,
}: {
  current: Project;
  hrefOf: (slug: string) => string;
  onClose: () => void;
}) {
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState('');
  const [kept, setKept] = useState<readonly Project[] | null>(null);
  const q = useDebounced(typed.trim(), TYPING_MS);
  const [{ data, error, fetching }] = useQuery({ query: ShellProjectsDocument, variables: { q } });
  if (data && !fetching && data.projects.nodes !== kept) setKept(data.projects.nodes);
  const shown = kept ?? [];
  const total = data?.projects.totalCount ?? 0;
  const list = useRef<HTMLUListElement>(null);

  function move(event: KeyboardEvent) {
    const links = [...(list.current?.querySelectorAll('a') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
  }

  function enter(event: KeyboardEvent) {
    const [first] = shown;
    // What is still asked for is not what is shown.
    if (event.key !== 'Enter' || !first || fetching || q !== typed.trim()) return;
    onClose();
    navigate(hrefOf(first.slug));
  }

  return (
    <Dialog open onClose={onClose} title="Go to a project">
      <search className={styles['find']}>
        <input
          type="search"
          className={inputClass}
          aria-label="Find a project"
          placeholder="Name or slug"
          value={typed}
          maxLength={200}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            move(event);
            enter(event);
          }}
        />
        {error && <Failure error={error} />}
        {kept === null && !error && <Skeleton lines={8} height="1.5rem" />}
        <ul ref={list} className={styles['list']}>
          {shown.map(({ id, slug, name }) => (
            <li key={id}>
              <Link
                href={hrefOf(slug)}
                aria-current={id === current.id ? 'true' : undefined}
                onClick={onClose}
                onKeyDown={move}
              >
                <span>{name}</span>
                <code>{slug}</code>
              </Link>
            </li>
          ))}
        </ul>
        <p role="status" className={styles['told']}>
          {kept !== null && toldOf(shown.length, total)}
        </p>
      </search>
    </Dialog>
  );
}

function toldOf(shown: number, total: number): string {
  if (total === 0) return 'No project has that in its name or slug.';
  if (shown < total)
    return `${count(shown)} of ${count(total)}, the newest first. Type to find others.`;
  return `${count(total)} ${total === 1 ? 'project' : 'projects'}.`;
}
