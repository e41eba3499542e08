/** Saves a draft by itself, once one stops typing: one request at a time, each against the version that was seen last,
 *  so that nobody's work is lost in silence. */
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { DashboardSaveDocument } from '../../../generated/graphql.ts';
import { useCommand, type Problem } from '../../../live/use-command.ts';
import { useLeaveGuard } from '../../../shell/leave-guard.tsx';
import type { Dashboard } from '../dashboard.tsx';
import { textOf, toDraft, toInput, type Draft } from './draft.ts';

const TYPING_MS = 700;
// Without an answer: the server may be on its way back.
const AGAIN_MS = 3_000;

export type Saving =
  | { readonly state: 'saved'; /** null: nothing was changed yet. */ readonly at: number | null }
  | { readonly state: 'waiting' | 'saving' }
  | { readonly state: 'refused'; readonly why: string; readonly problems: readonly Problem[] }
  | {
      readonly state: 'conflict';
      readonly why: string;
      /** Which version it is by now; null until that is read. */
      readonly theirs: number | null;
    };

export type Autosave = {
  readonly draft: Draft;
  readonly saving: Saving;
  change(next: (before: Draft) => Draft): void;
  /** Of a conflict: what the others saved, or what stands here. */
  takeTheirs(): void;
  keepMine(): void;
};

/** @param address of the editor, which may be left only once all is saved. @param reread asks for the dashboard anew. */
export function useAutosave(dashboard: Dashboard, address: string, reread: () => void): Autosave {
  const { id } = dashboard;
  const [draft, setDraft] = useState(() => toDraft(dashboard));
  const [version, setVersion] = useState(dashboard.version);
  const [savedText, setSavedText] = useState(() => textOf(draft));
  const [sentText, setSentText] = useState<string | null>(null);
  const [savedAt, setSavedAt] = useState<number | null>(null);
  const { send, sending, refused, clear } = useCommand(DashboardSaveDocument);
  const text = textOf(draft);
  const isDirty = text !== savedText;
  const isConflict = refused?.kind === 'Conflict';
  const isLost = refused !== null && refused.kind === null;

  const take = (theirs: Draft) => {
    setDraft(theirs);
    setVersion(dashboard.version);
    setSavedText(textOf(theirs));
  };
  // What somebody else saved, or an older state that was brought back, while nothing is changed here.
  if (dashboard.version !== version && !isDirty && !sending) take(toDraft(dashboard));

  async function save(ifVersion: number) {
    const sent = draft;
    setSentText(textOf(sent));
    const saved = (await send({ id, input: toInput(sent), ifVersion }))?.saveDashboard;
    if (saved?.__typename !== 'DashboardEdit') return;
    // New cards have got their numbers; whatever was typed meanwhile stays.
    const numbers = new Map(sent.cards.map((card, at) => [card.key, saved.cardIds[at] ?? null]));
    const numbered = (given: Draft): Draft => ({
      ...given,
      cards: given.cards.map((card) => ({
        ...card,
        databaseId: card.databaseId ?? numbers.get(card.key) ?? null,
      })),
    });
    setDraft(numbered);
    setSavedText(textOf(numbered(sent)));
    setVersion(saved.dashboard.version);
    setSavedAt(Date.now());
  }
  const saveNow = useEffectEvent(() => void save(version));
  const readTheirs = useEffectEvent(reread);

  // What was refused is not sent again as it is; what got no answer is.
  const isRefused = refused !== null && !isLost && (isConflict || sentText === text);
  useEffect(() => {
    if (!isDirty || sending || isRefused) return;
    const timer = setTimeout(() => saveNow(), isLost ? AGAIN_MS : TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, isDirty, sending, isRefused, isLost]);
  useEffect(() => {
    if (isConflict) readTheirs();
  }, [isConflict]);

  // Whoever goes elsewhere does not wait for the last letters to be saved.
  const flush = useEffectEvent(() => {
    if (isDirty && !sending && refused === null) void save(version);
  });
  useEffect(() => () => flush(), []);
  const lost = useRef({ byLeaving: false, byClosing: false });
  useEffect(() => {
    lost.current = { byLeaving: isDirty && refused !== null, byClosing: isDirty };
  });
  useLeaveGuard(
    useMemo(
      () => ({
        isHeld: () => lost.current.byLeaving,
        stays: (to: string) => to === address,
        letGo: () => (lost.current.byLeaving = false),
      }),
      [address],
    ),
  );
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (lost.current.byClosing) event.preventDefault();
    };
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, []);

  const theirs = isConflict && dashboard.version !== version ? dashboard.version : null;
  return {
    draft,
    saving: isConflict
      ? { state: 'conflict', why: refused.message, theirs }
      : refused !== null
        ? { state: 'refused', why: refused.message, problems: refused.problems }
        : sending
          ? { state: 'saving' }
          : isDirty
            ? { state: 'waiting' }
            : { state: 'saved', at: savedAt },
    change: setDraft,
    takeTheirs() {
      take(toDraft(dashboard));
      clear();
    },
    keepMine() {
      if (theirs !== null) void save(theirs);
    },
  };
}
