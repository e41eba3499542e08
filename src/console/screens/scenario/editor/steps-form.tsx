/** The steps in their order: add one by its kind, move, copy, remove. */
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../../parts/button.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Menu, MenuItem } from '../../../parts/menu.tsx';
import { useEditing, useSpot } from './editing.tsx';
import { Section } from './section.tsx';
import { isRecord } from './configuration.ts';
import { StepForm, type StepMove } from './step-form.tsx';
import { useStepForms } from './step-forms.ts';
import styles from './form.module.css';

// So many are all open at first; of more one sees the order first.
const FEW = 2;
const MOST = 100;

export function StepsForm() {
  const { readOnly } = useEditing();
  const { value, set, problem, ...rest } = useSpot(['steps']);
  const { kinds, error } = useStepForms();
  const steps = Array.isArray(value) ? (value as unknown[]) : null;
  const [open, setOpen] = useState<ReadonlySet<number>>(
    () => new Set(steps && steps.length <= FEW ? steps.keys() : []),
  );
  const [told, setTold] = useState('');
  const list = useRef<HTMLOListElement>(null);
  // Where the focus goes once the list is drawn anew.
  const next = useRef<{ at: number; what: StepMove | 'head' } | null>(null);
  useEffect(() => {
    if (!next.current) return;
    const { at, what } = next.current;
    next.current = null;
    const item = list.current?.children[at];
    const button = item?.querySelector<HTMLButtonElement>(`[data-move="${what}"]`);
    const usable = button?.disabled
      ? item?.querySelector<HTMLElement>('[data-move="head"]')
      : button;
    usable?.focus();
  });

  if (steps === null && value !== undefined) {
    return (
      <Section title="Steps">
        <p className={styles['problem']}>The steps are no list; mend them in the YAML.</p>
      </Section>
    );
  }

  const all = steps ?? [];
  const toggle = (at: number) =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(at)) after.add(at);
      return after;
    });

  function add(kind: string) {
    next.current = { at: all.length, what: 'head' };
    setOpen((before) => new Set(before).add(all.length));
    set([...all, { kind }]);
    setTold(`A step of the kind ${kind} stands at the end.`);
  }

  function act(at: number, what: StepMove) {
    if (what === 'remove') {
      next.current = { at: Math.min(at, all.length - 2), what: 'head' };
      setOpen(
        (before) => new Set([...before].flatMap((n) => (n === at ? [] : n > at ? n - 1 : n))),
      );
      set(all.filter((_, n) => n !== at));
      return setTold(`${nameOf(all[at])} is removed.`);
    }
    if (what === 'copy') {
      const { name: _name, ...copy } = isRecord(all[at]) ? all[at] : {};
      next.current = { at: at + 1, what: 'head' };
      setOpen((before) => new Set([...before].map((n) => (n > at ? n + 1 : n)).concat(at + 1)));
      set(all.toSpliced(at + 1, 0, copy));
      return setTold(`${nameOf(all[at])} is copied.`);
    }
    const to = what === 'up' ? at - 1 : at + 1;
    if (to < 0 || to >= all.length) return;
    next.current = { at: to, what };
    setOpen((before) => new Set([...before].map((n) => (n === at ? to : n === to ? at : n))));
    set(all.with(at, all[to]).with(to, all[at]));
    setTold(`${nameOf(all[at])} stands at place ${to + 1} of ${all.length}.`);
  }

  return (
    <Section title="Steps" note={`${all.length}, one after the other unless they run together`}>
      {error && <p className={styles['note']}>The forms of the kinds could not be read: {error}</p>}
      {problem && all.length === 0 && <p className={styles['problem']}>{problem}</p>}
      <ol ref={list} className={styles['steps']} {...rest}>
        {all.map((step, at) => (
          <StepForm
            // The place is what a step is known by; its content comes from outside.
            key={at}
            step={step}
            at={at}
            count={all.length}
            open={open.has(at)}
            form={kinds?.find(({ kind }) => isRecord(step) && kind === step['kind'])}
            onToggle={() => toggle(at)}
            onMove={(what) => act(at, what)}
          />
        ))}
      </ol>
      <p role="status" className="visually-hidden">
        {told}
      </p>
      {!readOnly && (
        <Menu
          trigger={
            <Button icon={<Icon name="plus" />} disabled={all.length >= MOST}>
              Add a step
            </Button>
          }
        >
          {(kinds ?? []).map(({ kind, description }) => (
            <MenuItem key={kind} onSelect={() => add(kind)}>
              <span className={styles['kind']}>
                <b>{kind}</b>
                <span>{description}</span>
              </span>
            </MenuItem>
          ))}
        </Menu>
      )}
    </Section>
  );
}

function nameOf(step: unknown): string {
  return isRecord(step) ? String(step['name'] ?? step['kind'] ?? 'The step') : 'The step';
}
