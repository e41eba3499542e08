/** When what is typed would be due next: of the trigger that uses the parameter, else of the cron by itself. */
import { useMemo } from 'react';
import { useDebounced } from '../../../live/use-debounced.ts';
import { DueTimes } from '../../scenario/due-times.tsx';
import { triggerInput, zoneOf } from '../../scenario/trigger-input.ts';
import type { Parameter } from './value-field.tsx';
import { filledTrigger, parametersIn, type Values } from './values.ts';
import styles from './values.module.css';

// While one types, the preview follows at this distance.
const PAUSE_MS = 300;

export function Preview({
  name,
  trigger,
  parameters,
  values,
  zone,
}: {
  /** Of the parameter. */
  name: string;
  trigger: unknown;
  parameters: readonly Parameter[];
  values: Values;
  /** Of triggers that name none. */
  zone: string;
}) {
  const settled = useDebounced(values, PAUSE_MS);
  const wire = useMemo(() => {
    const valueOf = (each: string) =>
      settled[each] ?? parameters.find((parameter) => parameter.name === each)?.default;
    if (parametersIn(trigger).has(name)) return filledTrigger(trigger, valueOf);
    return { cron: valueOf(name) };
  }, [settled, parameters, trigger, name]);
  // Nobody counts from when it was made: it is not made yet.
  const input = triggerInput(wire, null);
  if (!input?.cron) return null;
  return (
    <div className={styles['preview']} tabIndex={0} role="region" aria-label="The next due times">
      <DueTimes trigger={input} zone={zoneOf(wire) ?? zone} />
    </div>
  );
}
