/** A scenario's configuration as a form and as YAML, always in step: both show one JSON value. What is wrong with it
 *  is told while one types, at its field and at its line. Comments in the YAML are the reader's own: JSON has none. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { useQuery } from 'urql';
import { ScenarioEditorPlaceDocument } from '../../../generated/graphql.ts';
import { Failure, Skeleton } from '../../../parts/notice.tsx';
import { useWidth } from '../../../parts/use-width.ts';
import type { YamlEditorHandle } from '../../../parts/yaml-editor.tsx';
import { readYaml, writeYaml } from '../../../parts/yaml-text.ts';
import { draftOf, isChanged, useDraft, type Base, type Draft } from '../draft.ts';
import type { Scenario } from '../use-scenario.ts';
import { isRecord, tidy, withValue, type Configuration, type Path } from './configuration.ts';
import { EditingContext, type Editing } from './editing.tsx';
import { ConfigurationForm } from './form.tsx';
import { goToField } from './go-to-field.ts';
import { ProblemList } from './problem-list.tsx';
import { ReviewDialog } from './review-dialog.tsx';
import { StaleNotice } from './stale-notice.tsx';
import { Toolbar, type View } from './toolbar.tsx';
import { usePlan } from './use-plan.ts';
import { YamlPane } from './yaml-pane.tsx';
import styles from './editor.module.css';

export type Target = {
  /** Under which what is typed is kept. */
  readonly key: string;
  /** null: a new one. */
  readonly scenario: Scenario | null;
  readonly projectId: string;
  readonly base: Base;
  readonly canEdit: boolean;
};

// The form in one column and some 50 characters of YAML beside it.
const MIN_BOTH_PX = 860;
const NOT_AN_OBJECT = 'a scenario is an object with name, trigger and steps';

export function Editor({
  target,
  onSaved,
}: {
  target: Target;
  /** Once it is written; what was typed is kept no longer. */
  onSaved: (saved: { readonly databaseId: number; readonly version: number }) => void;
}) {
  const { key, scenario, projectId, base, canEdit } = target;
  const { draft, keep, discard } = useCurrentDraft(key, base);
  const changed = isChanged(draft);
  const [{ data: place, error: placeError }] = useQuery({
    query: ScenarioEditorPlaceDocument,
    variables: { projectId },
  });
  const box = useRef<HTMLDivElement>(null);
  const yaml = useRef<YamlEditorHandle>(null);
  const [reviewing, setReviewing] = useState(false);
  const view = useView(useWidth(box));

  const written = useMemo(() => writeYaml(draft.configuration), [draft.configuration]);
  const text = draft.text ?? written;
  const reading = useMemo(() => readYaml(text), [text]);
  const { plan, settled, error } = usePlan({
    projectId,
    scenarioId: scenario?.id ?? null,
    configuration: draft.configuration,
    pause: !canEdit || draft.unreadable,
  });
  const problems = useMemo(
    () => (draft.unreadable ? [] : problemsOf(plan, scenario === null, draft.configuration)),
    [plan, draft.unreadable, draft.configuration, scenario],
  );
  const placed = useMemo(() => {
    if (!draft.unreadable) {
      return problems.map((problem) => ({ ...problem, ...reading.locate(problem.path) }));
    }
    const found = reading.problems.length > 0 ? reading.problems : [reading.locate([])];
    return found.map((each) => ({ at: '', path: [], message: NOT_AN_OBJECT, ...each }));
  }, [draft.unreadable, problems, reading]);

  const editing: Editing = {
    configuration: draft.configuration,
    problems,
    readOnly: !canEdit || draft.unreadable,
    set(path: Path, value: unknown) {
      const next = withValue(draft.configuration, path, value) ?? {};
      keep({ ...draft, configuration: next as Configuration, text: null, unreadable: false });
    },
  };

  function typeYaml(typed: string) {
    const { value } = readYaml(typed);
    const readable = isRecord(value);
    const configuration = readable ? value : draft.configuration;
    keep({ ...draft, configuration, text: typed, unreadable: !readable });
  }

  function goTo(path: Path, from: number) {
    if (view.shown !== 'form' || draft.unreadable) {
      if (view.shown === 'form') view.choose('yaml');
      // The editor may have to be drawn first.
      requestAnimationFrame(() => yaml.current?.goTo(from));
    } else if (box.current) goToField(box.current, path);
  }

  if (placeError && !place) return <Failure error={placeError} />;
  return (
    <EditingContext value={editing}>
      <div ref={box} className={styles['editor']}>
        <Toolbar
          view={view}
          canEdit={canEdit}
          changed={changed}
          isNew={scenario === null}
          problemCount={placed.length}
          settled={settled}
          onDiscard={discard}
          onReview={() => {
            const [first] = placed;
            if (first && (settled || draft.unreadable)) goTo(first.path, first.from);
            else setReviewing(true);
          }}
        />
        {scenario && changed && draft.base.version !== base.version && (
          <StaleNotice version={base.version ?? 0} onShow={() => setReviewing(true)} />
        )}
        {error && <Failure error={error} />}
        <ProblemList problems={placed} unreadable={draft.unreadable} onGoTo={goTo} />
        <div className={styles['panes']} data-view={view.shown}>
          {view.shown !== 'yaml' && (
            <div className={styles['pane']} inert={draft.unreadable || undefined}>
              {place ? (
                <ConfigurationForm
                  place={{
                    zone: place.project?.zone ?? 'UTC',
                    createdAt: scenario?.createdAt ?? null,
                    calendars: place.calendars,
                    siblings: place.scenarios.nodes.filter(({ id }) => id !== scenario?.id),
                  }}
                />
              ) : (
                <Skeleton lines={14} />
              )}
            </div>
          )}
          {view.shown !== 'form' && (
            <YamlPane
              ref={yaml}
              text={text}
              marks={placed}
              readOnly={!canEdit}
              onChange={typeYaml}
            />
          )}
        </div>
      </div>
      {reviewing && (
        <ReviewDialog
          target={target}
          draft={draft}
          plan={plan}
          settled={settled}
          onRebase={keep}
          onDiscard={discard}
          onClose={() => setReviewing(false)}
          onSaved={(saved) => {
            discard();
            setReviewing(false);
            onSaved(saved);
          }}
        />
      )}
    </EditingContext>
  );
}

/** What is typed, or what is stored as long as nothing is typed. */
function useCurrentDraft(key: string, base: Base) {
  const { draft: kept, keep, discard } = useDraft(key);
  const isCurrent = kept !== null && (isChanged(kept) || kept.base.version === base.version);
  const fresh = useMemo(() => draftOf(base), [base]);
  useEffect(() => {
    // Nothing was changed, and what it began from is no more.
    if (kept !== null && !isCurrent) discard();
  }, [kept, isCurrent, discard]);
  const draft: Draft = isCurrent ? kept : fresh;
  return { draft, keep, discard };
}

/** In the address, so that a link leads to the same view. */
function useView(width: number): View {
  const [search, setSearch] = useSearchParams();
  const hasRoom = width >= MIN_BOTH_PX;
  const asked = search.get('view');
  const wanted = asked === 'yaml' || asked === 'form' ? asked : 'both';
  return {
    shown: wanted === 'both' && !hasRoom ? 'form' : wanted,
    hasRoom,
    choose: (next) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          after.set('view', next);
          return after;
        },
        { replace: true },
      ),
  };
}

type Answered = ReturnType<typeof usePlan>['plan'];

/** A new scenario whose slug is taken would change the one that has it: that is not what was meant. */
function problemsOf(plan: Answered, isNew: boolean, configuration: Configuration) {
  const problems = plan?.problems ?? [];
  const slug = configuration['slug'];
  if (!isNew || plan?.scenarioId == null || typeof slug !== 'string') return problems;
  const message = `another scenario of this project is called "${slug}" already; choose another slug`;
  return [...problems, { at: 'slug', path: ['slug'], message }];
}

/** As it is edited. */
export const baseOf = (version: number, configuration: unknown): Base => ({
  version,
  configuration: tidy(configuration),
});
