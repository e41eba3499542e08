/** A text editor for YAML: highlighting, line numbers, problems marked at their lines. Read it lazily, it weighs as much
 *  as the rest of a screen. It lives in a shadow root: there its style sheets are adopted ones, which the page's policy
 *  allows, while in the page itself they would be style elements. */
import { yaml } from '@codemirror/lang-yaml';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { Annotation, Compartment, EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, type Ref } from 'react';
import { look } from './yaml-editor-look.ts';
import styles from './yaml-editor.module.css';

export type Mark = { readonly from: number; readonly to: number; readonly message: string };

export type YamlEditorHandle = {
  /** Puts the cursor there and the focus into the editor. */
  goTo(position: number): void;
};

const fromOutside = Annotation.define<boolean>();

export default function YamlEditor({
  label,
  value,
  onChange,
  marks = [],
  readOnly = false,
  ref,
}: {
  /** For screen readers. */
  label: string;
  value: string;
  onChange?: (value: string) => void;
  /** What is wrong, and where. */
  marks?: readonly Mark[];
  readOnly?: boolean;
  ref?: Ref<YamlEditorHandle>;
}) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<{ view: EditorView; access: Compartment }>(null);
  const latest = useRef({ value, onChange, label });
  useLayoutEffect(() => {
    latest.current = { value, onChange, label };
  });

  useLayoutEffect(() => {
    const place = host.current!;
    const root = place.shadowRoot ?? place.attachShadow({ mode: 'open' });
    const access = new Compartment();
    const view = new EditorView({
      root,
      parent: root,
      doc: latest.current.value,
      extensions: [
        basicSetup,
        yaml(),
        lintGutter(),
        look,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': latest.current.label }),
        access.of([]),
        EditorView.updateListener.of(({ docChanged, transactions, state }) => {
          if (!docChanged || transactions.some((each) => each.annotation(fromOutside))) return;
          latest.current.onChange?.(state.doc.toString());
        }),
      ],
    });
    editor.current = { view, access };
    return () => {
      view.destroy();
      editor.current = null;
    };
  }, []);

  useEffect(() => {
    const { view, access } = editor.current!;
    view.dispatch({
      effects: access.reconfigure([
        EditorState.readOnly.of(readOnly),
        EditorView.contentAttributes.of({ 'aria-readonly': String(readOnly) }),
      ]),
    });
  }, [readOnly]);

  useEffect(() => {
    const { view } = editor.current!;
    const change = changeTo(view.state.doc.toString(), value);
    if (change) view.dispatch({ changes: change, annotations: fromOutside.of(true) });
  }, [value]);

  useEffect(() => {
    const { view } = editor.current!;
    const end = view.state.doc.length;
    const diagnostics = marks.map(({ from, to, message }) => ({
      from: Math.min(from, end),
      to: Math.min(to, end),
      severity: 'error' as const,
      message,
    }));
    view.dispatch(setDiagnostics(view.state, diagnostics));
  }, [marks, value]);

  useImperativeHandle(ref, () => ({
    goTo(position) {
      const view = editor.current?.view;
      if (!view) return;
      const at = Math.min(position, view.state.doc.length);
      view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
      view.focus();
    },
  }));

  return <div ref={host} className={styles['editor']} data-readonly={readOnly || undefined} />;
}

/** The shortest single replacement, so that the cursor stays where it was. */
function changeTo(before: string, after: string) {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < most - from && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
